// Package bundle writes exported events in the formats that people load elsewhere, and packs an export with a manifest and
// proofs into a folder that anybody can check with the ledger's public key and nothing else.
package bundle

import (
	"encoding/json"
	"fmt"
	"io"

	"ambit/audit/ocsf"
)

// The formats.
const (
	JSONL = "jsonl" // canonical JSON as in the ledger, one event a line
	CSV   = "csv"   // RFC 4180, the columns of Columns
	OCSF  = "ocsf"  // OCSF 1.4 JSON, one event a line
)

// Formats lists them, the default first.
func Formats() []string { return []string{JSONL, CSV, OCSF} }

// MediaType is the HTTP content type of a format.
func MediaType(format string) string {
	if format == CSV {
		return "text/csv; charset=utf-8; header=present"
	}
	return "application/x-ndjson"
}

// FileName is what a file of events is called.
func FileName(format string) string {
	switch format {
	case CSV:
		return "events.csv"
	case OCSF:
		return "events.ocsf.jsonl"
	}
	return "events.jsonl"
}

// Encoder writes events one after the other.
type Encoder interface {
	Encode(event string) error
	Flush() error // also writes what an empty export has
}

// NewEncoder makes the encoder of a format.
func NewEncoder(format string, w io.Writer) (Encoder, error) {
	switch format {
	case JSONL, "":
		return &lines{w: w, convert: func(event string) ([]byte, error) { return []byte(event), nil }}, nil
	case OCSF:
		return &lines{w: w, convert: func(event string) ([]byte, error) { return ocsf.Map(json.RawMessage(event)) }}, nil
	case CSV:
		return newTable(w), nil
	}
	return nil, fmt.Errorf("%q is no format of an export", format)
}

type lines struct {
	w       io.Writer
	convert func(event string) ([]byte, error)
}

func (l *lines) Encode(event string) error {
	text, err := l.convert(event)
	if err != nil {
		return err
	}
	if _, err := l.w.Write(append(text, '\n')); err != nil {
		return fmt.Errorf("write events: %w", err)
	}
	return nil
}

func (l *lines) Flush() error { return nil }
