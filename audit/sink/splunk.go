package sink

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"
)

// splunk sends to a Splunk HTTP Event Collector: concatenated envelopes to /services/collector/event.
type splunk struct {
	*poster
	spec    SplunkSpec
	base    string
	token   string
	host    string
	channel string // names us to the indexer's acknowledgements; a GUID
	buf     bytes.Buffer
}

func newSplunk(d *deps, spec *Spec, secrets map[string]string) (Receiver, error) {
	p, err := newPoster(d, spec, secrets)
	if err != nil {
		return nil, err
	}
	s := &splunk{poster: p, spec: *spec.Splunk, token: secrets[secretToken], host: d.host}
	s.base = strings.TrimSuffix(strings.TrimSuffix(spec.Splunk.URL, "/"), "/services/collector")
	id := make([]byte, 16)
	if _, err := io.ReadFull(d.rand, id); err != nil {
		return nil, fmt.Errorf("name the channel: %w", err)
	}
	s.channel = fmt.Sprintf("%x-%x-%x-%x-%x", id[:4], id[4:6], id[6:8], id[8:10], id[10:])
	return s, nil
}

// hecEnvelope is the form of one event. Time is seconds since 1970 with a fraction.
type hecEnvelope struct {
	Time       json.Number     `json:"time,omitempty"`
	Host       string          `json:"host,omitempty"`
	Source     string          `json:"source"`
	Sourcetype string          `json:"sourcetype"`
	Index      string          `json:"index,omitempty"`
	Event      json.RawMessage `json:"event"`
}

// hecReply is what the collector answers.
type hecReply struct {
	Text    string `json:"text"`
	Code    *int   `json:"code"`
	Invalid *int   `json:"invalid-event-number"`
	AckID   *int64 `json:"ackId"`
}

// Send implements Receiver.
func (s *splunk) Send(ctx context.Context, batch []Item) (Result, error) {
	s.buf.Reset()
	enc := json.NewEncoder(&s.buf)
	enc.SetEscapeHTML(false)
	for i := range batch {
		it := &batch[i]
		e := hecEnvelope{Host: s.host, Source: "ambit", Sourcetype: s.spec.Sourcetype, Index: s.spec.Index, Event: it.Body}
		if it.Message == CheckpointMessage {
			e.Sourcetype += ":checkpoint"
		}
		if !it.Time.IsZero() {
			e.Time = json.Number(strconv.FormatFloat(float64(it.Time.UnixMilli())/1000, 'f', 3, 64))
		}
		if err := enc.Encode(e); err != nil {
			return Result{}, fmt.Errorf("encode: %w", err)
		}
	}
	r, err := s.post(ctx, s.base+"/services/collector/event", "application/json", s.buf.Bytes(), s.header())
	if err != nil {
		return Result{}, err
	}
	var reply hecReply
	_ = json.Unmarshal(r.body, &reply) // another body than Splunk's leaves the status to speak
	res := s.verdict(&r, &reply, len(batch))
	if res.Outcome != Accepted || !s.spec.Ack {
		return res, nil
	}
	if reply.AckID == nil {
		return Result{Outcome: Misconfiguration, Answer: "the collector gave no acknowledgement id; switch indexer acknowledgement on for this token, or off for this sink (" + r.answer + ")"}, nil
	}
	return s.awaitAck(ctx, *reply.AckID, res)
}

func (s *splunk) header() map[string]string {
	h := map[string]string{"Authorization": "Splunk " + s.token}
	if s.spec.Ack {
		h["X-Splunk-Request-Channel"] = s.channel
	}
	return h
}

// verdict reads Splunk's codes ("Troubleshoot HTTP Event Collector", possible error codes).
func (s *splunk) verdict(r *reply, reply *hecReply, n int) Result {
	res := s.judge(r)
	if reply.Code == nil {
		if res.Outcome == Accepted {
			// Some other server's page: taking its 200 for Splunk's word would lose everything.
			return Result{Outcome: Misconfiguration, Answer: "this is no HTTP Event Collector: " + r.answer}
		}
		return res
	}
	after := res.After
	res.After = 0
	switch *reply.Code {
	case 0:
	case 5, 6, 12, 13, 15: // no data, invalid data, event missing or blank, indexed fields
		res.Outcome = Poison
		if i := reply.Invalid; i != nil && *i >= 0 && *i < n {
			res.Items = []int{*i}
		}
	case 1, 2, 3, 4, 7, 10, 11, 14, 16, 21, 22: // token disabled, missing, malformed, wrong; index; channel; acknowledgement off
		res.Outcome = Misconfiguration
	case 8, 9, 18, 19, 20, 23, 26, 27: // internal error, busy, queues full, shutting down
		res.Outcome, res.After = Retry, after
	case 24, 25: // queue or acknowledgements near their limit: with status 200, a warning about a request that was taken
		if res.Outcome != Accepted {
			res.Outcome, res.After = Retry, after
		}
	}
	return res
}

const (
	firstAckWait = 50 * time.Millisecond
	lastAckWait  = 2 * time.Second
	ackPatience  = 2 * time.Minute
)

// awaitAck asks until the indexer has stored the request. Without its word the batch is sent again: a collector answers
// before its indexer stores.
func (s *splunk) awaitAck(ctx context.Context, id int64, res Result) (Result, error) {
	ctx, cancel := context.WithTimeout(ctx, ackPatience)
	defer cancel()
	body := fmt.Appendf(nil, `{"acks":[%d]}`, id)
	for wait := firstAckWait; ; wait = min(2*wait, lastAckWait) {
		r, err := s.post(ctx, s.base+"/services/collector/ack?channel="+s.channel, "application/json", body, s.header())
		if err != nil {
			return Result{}, fmt.Errorf("ask for the indexer's acknowledgement: %w", err)
		}
		var reply struct {
			Acks map[string]bool `json:"acks"`
		}
		if r.status != 200 || json.Unmarshal(r.body, &reply) != nil {
			return Result{Outcome: Retry, Answer: "the indexer's acknowledgement can't be had: " + r.answer}, nil
		}
		if reply.Acks[strconv.FormatInt(id, 10)] {
			return res, nil
		}
		select {
		case <-ctx.Done():
			return Result{Outcome: Retry, Answer: "the indexer did not acknowledge in time"}, nil
		case <-time.After(wait):
		}
	}
}
