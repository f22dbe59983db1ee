package sink

import (
	"context"
	"fmt"
	"net/http"
	"strings"

	commonpb "go.opentelemetry.io/proto/otlp/common/v1"
	logspb "go.opentelemetry.io/proto/otlp/logs/v1"
	resourcepb "go.opentelemetry.io/proto/otlp/resource/v1"
	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/proto"
)

// otlp sends log records by OTLP/HTTP in binary protobuf.
type otlp struct {
	*poster
	spec     OTLPSpec
	headers  map[string]string
	resource *resourcepb.Resource
	scope    *commonpb.InstrumentationScope
	buf      []byte
}

func newOTLP(d *deps, spec *Spec, secrets map[string]string) (Receiver, error) {
	p, err := newPoster(d, spec, secrets)
	if err != nil {
		return nil, err
	}
	o := &otlp{poster: p, spec: *spec.OTLP, headers: map[string]string{}}
	if o.spec.Header != "" {
		o.headers[o.spec.Header] = secrets[secretHeader]
	}
	o.resource = &resourcepb.Resource{Attributes: []*commonpb.KeyValue{
		text("service.name", "ambit"), text("service.version", d.version), text("host.name", d.host),
	}}
	o.scope = &commonpb.InstrumentationScope{Name: "ambit.audit", Version: "v1"}
	return o, nil
}

func text(key, value string) *commonpb.KeyValue {
	return &commonpb.KeyValue{Key: key, Value: &commonpb.AnyValue{Value: &commonpb.AnyValue_StringValue{StringValue: value}}}
}

// Send implements Receiver.
func (o *otlp) Send(ctx context.Context, batch []Item) (Result, error) {
	observed := uint64(o.now().UnixNano())
	records := make([]*logspb.LogRecord, len(batch))
	for i := range batch {
		records[i] = record(&batch[i], observed)
	}
	// LogsData and the collector service's ExportLogsServiceRequest are one message on the wire.
	var err error
	o.buf, err = proto.MarshalOptions{}.MarshalAppend(o.buf[:0], &logspb.LogsData{ResourceLogs: []*logspb.ResourceLogs{{
		Resource: o.resource, ScopeLogs: []*logspb.ScopeLogs{{Scope: o.scope, LogRecords: records}},
	}}})
	if err != nil {
		return Result{}, fmt.Errorf("encode: %w", err)
	}
	r, err := o.post(ctx, o.spec.URL, "application/x-protobuf", o.buf, o.headers)
	if err != nil {
		return Result{}, err
	}
	res := o.judge(&r)
	// OTLP calls some errors of the server (500, 501) permanent; that is no reason to give up an audit event, so all are tried again.
	switch {
	case r.status >= 200 && r.status < 300 && strings.HasPrefix(r.header.Get("Content-Type"), "text/html"):
		return Result{Outcome: Misconfiguration, Answer: "this is no OTLP receiver: " + r.answer}, nil
	case r.status == http.StatusOK:
		o.partial(&r, &res)
	}
	if r.status >= 400 {
		res.Answer = clean(fmt.Sprintf("%d %s", r.status, statusMessage(r.body)), o.secrets)
	}
	return res, nil
}

// record is one log record. The body is the canonical JSON as a string, so that it still proves itself; the attributes repeat
// what one filters by.
func record(it *Item, observed uint64) *logspb.LogRecord {
	r := &logspb.LogRecord{
		ObservedTimeUnixNano: observed, EventName: "ambit." + it.Type,
		SeverityNumber: logspb.SeverityNumber_SEVERITY_NUMBER_INFO, SeverityText: "INFO",
		Body:       &commonpb.AnyValue{Value: &commonpb.AnyValue_StringValue{StringValue: string(it.Body)}},
		Attributes: []*commonpb.KeyValue{text("log.record.uid", it.ID), text("ambit.type", it.Type), text("ambit.phase", it.Phase), text("ambit.message", string(it.Message))},
	}
	if !it.Time.IsZero() {
		r.TimeUnixNano = uint64(it.Time.UnixNano())
	}
	if it.Refused {
		r.SeverityNumber, r.SeverityText = logspb.SeverityNumber_SEVERITY_NUMBER_WARN, "WARN"
	}
	return r
}

// partial reads ExportLogsServiceResponse.partial_success: some records were refused, and nobody says which. The sink's
// halving finds them; what was accepted comes twice, with the same id.
func (o *otlp) partial(r *reply, res *Result) {
	partial, _ := field(r.body, 1)
	_, refused := field(partial, 1)
	if refused == 0 {
		return
	}
	message, _ := field(partial, 2)
	res.Outcome = Poison
	res.Answer = clean(fmt.Sprintf("%d records refused: %s", refused, message), o.secrets)
}

// statusMessage is the message of a google.rpc.Status, in which OTLP receivers report errors; other bodies as they are.
func statusMessage(body []byte) string {
	if message, _ := field(body, 2); len(message) > 0 {
		return string(message)
	}
	return string(body)
}

// field gives the last value of a field in a protobuf message: bytes or varint; nothing where the message is not sound.
func field(message []byte, number protowire.Number) (value []byte, n uint64) {
	for len(message) > 0 {
		have, typ, size := protowire.ConsumeTag(message)
		if size < 0 {
			return nil, 0
		}
		message = message[size:]
		if size = protowire.ConsumeFieldValue(have, typ, message); size < 0 {
			return nil, 0
		}
		if have == number {
			switch typ {
			case protowire.BytesType:
				value, _ = protowire.ConsumeBytes(message)
			case protowire.VarintType:
				n, _ = protowire.ConsumeVarint(message)
			case protowire.Fixed32Type, protowire.Fixed64Type, protowire.StartGroupType, protowire.EndGroupType:
			}
		}
		message = message[size:]
	}
	return value, n
}
