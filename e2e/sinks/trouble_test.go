//go:build e2e

package sinks

import (
	"context"
	"encoding/json"
	"path/filepath"
	"testing"
	"time"
)

// fleet is every sink of an installation with its proxy and the file at the far end.
type fleet struct {
	*installation
	far     *receivers
	proxies map[string]*proxy
	files   map[string]string
	ids     map[string]string
}

func newFleet(t *testing.T) *fleet {
	t.Helper()
	s := install(t)
	f := &fleet{installation: s, far: listenFor(t, s.dir), proxies: map[string]*proxy{}, files: map[string]string{}, ids: map[string]string{}}
	add := func(name, target string, http bool, kind string, part func(address string) object, more, secrets object) {
		p := faulty(t, target, http)
		f.proxies[name], f.files[name] = p, filepath.Join(f.far.dir, name+".json")
		f.ids[name] = s.addSink(name, kind, part(p.address()), more, secrets)
	}
	zipped := object{"gzip": true}
	add("hec", f.far.hec, true, "splunk", func(a string) object { return object{"url": "http://" + a, "ack": true} }, zipped, object{"token": "tok-1234"})
	add("webhook", f.far.webhook, true, "webhook", func(a string) object {
		return object{"url": "http://" + a + "/events", "format": "ndjson", "header": "X-Token"}
	}, zipped, object{"header": "s3cret"})
	add("otlp", f.far.otlp, true, "otlp", func(a string) object { return object{"url": "http://" + a + "/v1/logs"} }, zipped, nil)
	overTLS := object{"tls": object{"ca": f.far.authority.ca}}
	add("syslog", f.far.syslog, false, "syslog", func(a string) object { return object{"address": a} }, overTLS, nil)
	if f.far.ng != "" {
		add("ng", f.far.ng, false, "syslog", func(a string) object { return object{"address": a} }, overTLS, nil)
	}
	return f
}

func (f *fleet) all(mode trouble) {
	for _, p := range f.proxies {
		p.set(mode)
	}
}

// counted holds every far end against the ledger.
func (f *fleet) counted(late map[string]map[int64]bool) {
	f.t.Helper()
	f.drained(10 * time.Minute)
	time.Sleep(time.Second) // the collector writes its files every 100 ms
	ledger := f.ledger()
	for name, path := range f.files {
		n := count(f.t, path, ledger, f.reached(name), late[name])
		f.t.Logf("%-8s %8d arrived, %d repeated, %d checkpoints, %d torn, %d out of order; set aside and sent again: %d",
			name, n.Arrived, n.Repeated, n.Checkpoints, n.Torn, n.Overtaken, len(late[name]))
		// The collector's syslog receiver hands on batches of a hundred that overtake each other; syslog-ng, which the same kind of
		// sink sends to, shows the order.
		if n.Overtaken > 0 && name != "syslog" {
			f.t.Errorf("%s: %d events arrived out of order", name, n.Overtaken)
		}
		if n.Torn > 0 && name != "webhook" && name != "syslog" {
			f.t.Errorf("%s kept %d torn messages", name, n.Torn)
		}
		if n.Arrived == 0 || n.Checkpoints == 0 {
			f.t.Errorf("%s: nothing arrived, or no checkpoint", name)
		}
	}
}

// reached is how far a sink says that it came.
func (f *fleet) reached(name string) int {
	f.t.Helper()
	var one sinkState
	f.api("GET", "/sinks/"+f.ids[name], nil, &one)
	return int(one.Status.Cursor)
}

// TestTrouble leads the sinks through everything that a receiver can do wrong, under load, and counts at the far end.
func TestTrouble(t *testing.T) {
	f := newFleet(t)
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan int64)
	go func() { done <- f.background(ctx) }()
	f.decide(2000, 8)
	for _, phase := range []struct {
		mode  trouble
		lasts time.Duration
	}{
		{outage, 3 * time.Second},
		{busy, 3 * time.Second},
		{forbidden, 2 * time.Second},
		{reset, 3 * time.Second},
		{slow, 4 * time.Second},
		{hang, 32 * time.Second}, // longer than a sink's patience
	} {
		f.all(phase.mode)
		time.Sleep(phase.lasts) // a trouble lasts a while
		for name, p := range f.proxies {
			if p.times(phase.mode) == 0 && (p.http || phase.mode != busy && phase.mode != forbidden) {
				t.Errorf("%s met no %s", name, phase.mode)
			}
		}
		f.all(none)
		f.recovered()
	}
	late := f.refuseOne()
	if long {
		f.proxies["hec"].set(lying)
		time.Sleep(30 * time.Second)
		f.proxies["hec"].set(none)
	}
	stop()
	t.Logf("%d decisions meanwhile", <-done)
	f.counted(late)
}

// background decides now and then, as an organisation does.
func (f *fleet) background(ctx context.Context) int64 {
	n := int64(0)
	for ctx.Err() == nil {
		n += f.decideUntil(ctx, 20, 2)
		time.Sleep(50 * time.Millisecond) // a load, not a race
	}
	return n
}

func (f *fleet) recovered() {
	f.t.Helper()
	eventually(f.t, 3*time.Minute, "every sink delivers again", func() bool {
		for _, one := range f.sinks() {
			if one.Status.State != "running" || one.Status.LagEvents > 2000 {
				return false
			}
		}
		return true
	})
}

// refuseOne has the HTTP receivers refuse one event of a batch, and then take it after all.
func (f *fleet) refuseOne() map[string]map[int64]bool {
	f.t.Helper()
	f.all(picky)
	must(f.t, f.ask(f.t.Context(), "echo "+marker))
	late := map[string]map[int64]bool{}
	for name, p := range f.proxies {
		if !p.http {
			continue
		}
		var aside struct {
			SetAside []struct {
				Ref    int64
				Answer string
			} `json:"set_aside"`
		}
		eventually(f.t, time.Minute, name+" sets the event aside", func() bool {
			f.api("GET", "/sinks/"+f.ids[name]+"/set-aside", nil, &aside)
			return len(aside.SetAside) > 0
		})
		late[name] = map[int64]bool{}
		for _, a := range aside.SetAside {
			late[name][a.Ref] = true
		}
		if len(aside.SetAside) > 3 {
			f.t.Errorf("%s set %d aside for one", name, len(aside.SetAside))
		}
	}
	f.all(none)
	for name := range late {
		var out struct{ Delivered, Refused int }
		f.api("POST", "/sinks/"+f.ids[name]+"/set-aside/retry", nil, &out)
		if out.Refused > 0 || out.Delivered == 0 {
			raw, _ := json.Marshal(out)
			f.t.Errorf("%s: %s", name, raw)
		}
	}
	return late
}
