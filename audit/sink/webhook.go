package sink

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"time"
)

// webhook posts JSON, signed as Standard Webhooks says.
type webhook struct {
	*poster
	spec    WebhookSpec
	signer  signer
	headers map[string]string
	source  string
	buf     bytes.Buffer
}

func newWebhook(d *deps, spec *Spec, secrets map[string]string) (Receiver, error) {
	p, err := newPoster(d, spec, secrets)
	if err != nil {
		return nil, err
	}
	w := &webhook{poster: p, spec: *spec.Webhook, headers: map[string]string{}, source: "urn:ambit:" + d.host}
	if w.signer, err = newSigner(secrets); err != nil {
		return nil, err
	}
	if w.spec.Header != "" {
		w.headers[w.spec.Header] = secrets[secretHeader]
	}
	return w, nil
}

// Send implements Receiver.
func (w *webhook) Send(ctx context.Context, batch []Item) (Result, error) {
	contentType, err := w.encode(batch)
	if err != nil {
		return Result{}, err
	}
	body := w.buf.Bytes()
	header := map[string]string{}
	for name, value := range w.headers {
		header[name] = value
	}
	w.signer.sign(header, messageID(batch), w.now(), body)
	r, err := w.post(ctx, w.spec.URL, contentType, body, header)
	if err != nil {
		return Result{}, err
	}
	return w.judge(&r), nil
}

// messageID is the same whenever the same batch is sent again, so that a receiver may tell repetitions.
func messageID(batch []Item) string {
	if len(batch) == 1 {
		return batch[0].ID
	}
	h := sha256.New()
	for i := range batch {
		h.Write([]byte(batch[i].ID + "\n")) // a hash never fails
	}
	return "msg_" + hex.EncodeToString(h.Sum(nil)[:16])
}

// encode fills the buffer with the body and says what it is.
func (w *webhook) encode(batch []Item) (contentType string, err error) {
	w.buf.Reset()
	switch w.spec.Format {
	case FormatNDJSON:
		for i := range batch {
			w.buf.Write(batch[i].Body)
			w.buf.WriteByte('\n')
		}
		return "application/x-ndjson", nil
	case FormatCloudEvents:
		contentType = "application/cloudevents-batch+json"
		if len(batch) == 1 {
			contentType = "application/cloudevents+json"
		}
	case FormatJSON:
		contentType = "application/json"
	}
	if len(batch) > 1 {
		w.buf.WriteByte('[')
	}
	for i := range batch {
		if i > 0 {
			w.buf.WriteByte(',')
		}
		text := []byte(batch[i].Body)
		if w.spec.Format == FormatCloudEvents {
			if text, err = json.Marshal(w.cloudEvent(&batch[i])); err != nil {
				return "", fmt.Errorf("encode: %w", err)
			}
		}
		w.buf.Write(text)
	}
	if len(batch) > 1 {
		w.buf.WriteByte(']')
	}
	return contentType, nil
}

// cloudEvent is an event in the JSON form of CloudEvents 1.0.
type cloudEvent struct {
	SpecVersion string          `json:"specversion"`
	ID          string          `json:"id"`
	Source      string          `json:"source"`
	Type        string          `json:"type"`
	Time        *time.Time      `json:"time,omitempty"`
	ContentType string          `json:"datacontenttype"`
	Sequence    string          `json:"sequence"` // the Sequence extension, which orders what comes of one source: seq, or number of the checkpoint
	Data        json.RawMessage `json:"data"`
}

func (w *webhook) cloudEvent(it *Item) cloudEvent {
	e := cloudEvent{
		SpecVersion: "1.0", ID: it.ID, Source: w.source, Type: "ambit." + it.Type, ContentType: "application/json",
		Sequence: fmt.Sprintf("%020d", it.Ref), Data: it.Body,
	}
	if it.Message == CheckpointMessage {
		e.Source += ":checkpoints" // they are counted apart from events
	}
	if !it.Time.IsZero() {
		at := it.Time.UTC()
		e.Time = &at
	}
	return e
}
