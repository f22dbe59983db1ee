package sink

import (
	"time"

	"ambit/audit"
)

// Spec is what an admin decides about a sink. Exactly the part that Kind names is set.
type Spec struct {
	Name       string  `json:"name"`
	Kind       Kind    `json:"kind"`
	Mapping    Mapping `json:"mapping"`
	Filter     Filter  `json:"filter"`
	Batch      Batch   `json:"batch"`
	Quota      Quota   `json:"quota"`
	Gzip       bool    `json:"gzip"`
	AlarmAfter int64   `json:"alarm_after_s"` // seconds of lag that raise the alarm
	Beginning  bool    `json:"beginning"`     // start with the ledger's first event; false: with the next one

	Splunk  *SplunkSpec  `json:"splunk,omitempty"`
	Datadog *DatadogSpec `json:"datadog,omitempty"`
	Webhook *WebhookSpec `json:"webhook,omitempty"`
	OTLP    *OTLPSpec    `json:"otlp,omitempty"`
	Syslog  *SyslogSpec  `json:"syslog,omitempty"`
	File    *FileSpec    `json:"file,omitempty"`
	TLS     TLSSpec      `json:"tls"`
}

// Mapping is the shape in which events are sent.
type Mapping string

// The mappings.
const (
	Native Mapping = "native" // the ledger's own canonical JSON
	OCSF   Mapping = "ocsf"   // Open Cybersecurity Schema Framework, by package ocsf
	ECS    Mapping = "ecs"    // Elastic Common Schema 8
)

// Filter selects events, in the words of the audit search. An empty one selects all. Checkpoints always travel.
type Filter struct {
	Person     string `json:"person,omitempty"`
	Action     string `json:"action,omitempty"`
	Effect     string `json:"effect,omitempty"`
	Repository string `json:"repository,omitempty"`
	Session    string `json:"session,omitempty"`
	Layer      string `json:"layer,omitempty"`
	Phase      string `json:"phase,omitempty"`
	Type       string `json:"type,omitempty"`
	Text       string `json:"q,omitempty"`
}

// query is the filter as the ledger's search reads it.
func (f Filter) query() audit.Query {
	return audit.Query{
		Person: f.Person, Action: f.Action, Effect: f.Effect, Repository: f.Repository, Session: f.Session,
		Layer: f.Layer, Phase: f.Phase, Type: f.Type, Text: f.Text,
	}
}

// Batch bounds one request: it is sent when it is full by count or size, or its oldest event is that old.
type Batch struct {
	Items int   `json:"items"`
	Bytes int   `json:"bytes"` // before compression
	AgeMS int64 `json:"age_ms"`
}

// Quota bounds what may wait for a receiver. Beyond it the oldest events are skipped, and the gap is recorded and alarmed.
type Quota struct {
	Events int64 `json:"events"`
	Bytes  int64 `json:"bytes"`
}

// SplunkSpec is a Splunk HTTP Event Collector.
type SplunkSpec struct {
	URL        string `json:"url"` // of the collector, without /services/collector
	Index      string `json:"index,omitempty"`
	Sourcetype string `json:"sourcetype,omitempty"` // "" is ambit:audit
	Ack        bool   `json:"ack"`                  // wait until the indexer acknowledges
}

// DatadogSpec is Datadog's log intake.
type DatadogSpec struct {
	Site    string   `json:"site,omitempty"` // such as datadoghq.eu
	URL     string   `json:"url,omitempty"`  // instead of Site: a proxy that stands for it
	Service string   `json:"service,omitempty"`
	Tags    []string `json:"tags,omitempty"` // such as env:prod
}

// WebhookSpec is JSON over HTTP, signed as Standard Webhooks says.
type WebhookSpec struct {
	URL    string `json:"url"`
	Format Format `json:"format"`
	Header string `json:"header,omitempty"` // name of one more header, whose value is the secret "header"
}

// Format of a webhook's body.
type Format string

// The formats.
const (
	FormatJSON        Format = "json"        // an array of events; an object, where batches hold one
	FormatNDJSON      Format = "ndjson"      // one event a line
	FormatCloudEvents Format = "cloudevents" // CloudEvents 1.0, JSON batch format; structured mode, where batches hold one
)

// OTLPSpec is an OpenTelemetry collector's OTLP/HTTP receiver for logs.
type OTLPSpec struct {
	URL    string `json:"url"`              // with the path, usually /v1/logs
	Header string `json:"header,omitempty"` // as for webhooks
}

// SyslogSpec is a syslog receiver (RFC 5424 over TLS as in RFC 5425, or TCP as in RFC 6587, with octet counting).
type SyslogSpec struct {
	Address  string `json:"address"`            // host:port
	Plain    bool   `json:"plain"`              // TCP without TLS; to loopback and private networks only
	Facility int    `json:"facility"`           // RFC 5424, section 6.2.1; 13 is log audit
	AppName  string `json:"app_name,omitempty"` // "" is ambit
	MaxBytes int    `json:"max_bytes"`          // the receiver's limit of a message; a longer one is set aside
	// NoConfirm keeps one connection open and trusts what was written to it. Otherwise each batch ends by closing our side and
	// waiting until the receiver closes its own: it has read everything then. Syslog knows no other acknowledgement.
	NoConfirm bool `json:"no_confirm"`
}

// FileSpec is a file of JSON Lines in the folder that the operator named.
type FileSpec struct {
	Name        string `json:"name"`
	RotateBytes int64  `json:"rotate_bytes"`
	RotateHours int    `json:"rotate_hours"` // 0: by size only
	Keep        int    `json:"keep"`         // older files that stay
}

// TLSSpec is how a network sink proves who is who.
type TLSSpec struct {
	CA                string `json:"ca,omitempty"`                 // PEM; "" is the system's
	ClientCertificate string `json:"client_certificate,omitempty"` // PEM; its key is the secret "client_key"
}

// The defaults of a new sink.
const (
	defaultItems       = 500
	defaultBytes       = 1 << 20
	defaultAgeMS       = 1000
	defaultAlarmAfter  = 900
	defaultQuotaEvents = 5_000_000
	defaultQuotaBytes  = 5 << 30
	defaultSyslogBytes = 1 << 20
)

// complete fills in what was left out.
func (s *Spec) complete() {
	fill(&s.Mapping, Native)
	fill(&s.Batch.Items, defaultItems)
	fill(&s.Batch.Bytes, defaultBytes)
	fill(&s.Batch.AgeMS, defaultAgeMS)
	fill(&s.AlarmAfter, defaultAlarmAfter)
	fill(&s.Quota.Events, defaultQuotaEvents)
	fill(&s.Quota.Bytes, defaultQuotaBytes)
	switch {
	case s.Splunk != nil:
		fill(&s.Splunk.Sourcetype, "ambit:audit")
	case s.Datadog != nil:
		fill(&s.Datadog.Service, "ambit")
	case s.Webhook != nil:
		fill(&s.Webhook.Format, FormatJSON)
	case s.Syslog != nil:
		fill(&s.Syslog.Facility, 13)
		fill(&s.Syslog.AppName, "ambit")
		fill(&s.Syslog.MaxBytes, defaultSyslogBytes)
	case s.File != nil:
		fill(&s.File.RotateBytes, 100<<20)
		fill(&s.File.Keep, 10)
	}
}

func fill[T comparable](into *T, value T) {
	var zero T
	if *into == zero {
		*into = value
	}
}

func (b *Batch) age() time.Duration { return time.Duration(b.AgeMS) * time.Millisecond }
