package sink

import (
	"fmt"
	"io"
	"time"

	"ambit/audit/egress"
)

// deps are what receivers are made with.
type deps struct {
	networks egress.Networks
	folder   string
	now      func() time.Time
	rand     io.Reader
	host     string        // this machine, for envelopes that want a host
	version  string        // of Ambit
	timeout  time.Duration // of one request
	breathe  func()        // called between pieces of long work
}

// newReceiver makes the far end of a sink.
func newReceiver(d *deps, spec *Spec, secrets map[string]string) (Receiver, error) {
	switch spec.Kind {
	case Splunk:
		return newSplunk(d, spec, secrets)
	case Datadog:
		return newDatadog(d, spec, secrets)
	case Webhook:
		return newWebhook(d, spec, secrets)
	case OTLP:
		return newOTLP(d, spec, secrets)
	case Syslog:
		return newSyslog(d, spec, secrets)
	case File:
		return newFile(d, spec)
	}
	return nil, fmt.Errorf("unknown kind of sink %q", spec.Kind)
}
