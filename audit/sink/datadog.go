package sink

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"
)

// Datadog's limits for POST /api/v2/logs, before compression.
const (
	datadogItems     = 1000
	datadogBytes     = 5_000_000
	datadogItemBytes = 1_000_000 // what is longer would be truncated
)

// datadogPast is how old a log's timestamp may be. Datadog takes 18 hours; the rest is for clocks that differ.
const datadogPast = 17 * time.Hour

// datadog sends to Datadog's log intake, version 2.
type datadog struct {
	*poster
	spec DatadogSpec
	url  string
	key  string
	host string
	buf  bytes.Buffer
}

func newDatadog(d *deps, spec *Spec, secrets map[string]string) (Receiver, error) {
	p, err := newPoster(d, spec, secrets)
	if err != nil {
		return nil, err
	}
	dd := &datadog{poster: p, spec: *spec.Datadog, key: secrets[secretAPIKey], host: d.host}
	dd.url = "https://http-intake.logs." + spec.Datadog.Site
	if spec.Datadog.URL != "" {
		dd.url = strings.TrimSuffix(spec.Datadog.URL, "/")
	}
	dd.url = strings.TrimSuffix(dd.url, "/api/v2/logs") + "/api/v2/logs"
	return dd, nil
}

// datadogLog is one log. The event is an attribute rather than the message, so that its members are facets without a parser.
type datadogLog struct {
	Source    string          `json:"ddsource"`
	Tags      string          `json:"ddtags,omitempty"`
	Hostname  string          `json:"hostname,omitempty"`
	Service   string          `json:"service"`
	Status    string          `json:"status"`
	Message   string          `json:"message"`
	Timestamp int64           `json:"timestamp,omitempty"` // milliseconds since 1970
	Event     json.RawMessage `json:"ambit"`
}

// timestamp is the event's time, or the present where that is too old for the intake, which would drop the log. The event has
// its own time in any mapping.
func (d *datadog) timestamp(at time.Time) int64 {
	if now := d.now(); now.Sub(at) > datadogPast {
		at = now
	}
	return at.UnixMilli()
}

// Send implements Receiver.
func (d *datadog) Send(ctx context.Context, batch []Item) (Result, error) {
	if len(batch) > datadogItems {
		return Result{Outcome: Poison, Answer: "more than 1,000 logs in a request"}, nil
	}
	d.buf.Reset()
	tags := strings.Join(d.spec.Tags, ",")
	for i := range batch {
		it := &batch[i]
		log := datadogLog{
			Source: "ambit", Tags: tags, Hostname: d.host, Service: d.spec.Service, Status: "info",
			Message: it.Type + " " + it.ID, Event: it.Body,
		}
		if it.Refused {
			log.Status = "warn"
		}
		if !it.Time.IsZero() {
			log.Timestamp = d.timestamp(it.Time)
		}
		text, err := json.Marshal(log)
		if err != nil {
			return Result{}, fmt.Errorf("encode: %w", err)
		}
		if len(text) > datadogItemBytes {
			return Result{Outcome: Poison, Items: []int{i}, Answer: fmt.Sprintf("the log has %d bytes; Datadog takes 1 MB", len(text))}, nil
		}
		if i == 0 {
			d.buf.WriteByte('[')
		} else {
			d.buf.WriteByte(',')
		}
		d.buf.Write(text)
	}
	d.buf.WriteByte(']')
	if d.buf.Len() > datadogBytes {
		return Result{Outcome: Poison, Answer: "more than 5 MB in a request"}, nil // halves will do
	}
	r, err := d.post(ctx, d.url, "application/json", d.buf.Bytes(), map[string]string{"DD-API-KEY": d.key})
	if err != nil {
		return Result{}, err
	}
	return d.judge(&r), nil
}
