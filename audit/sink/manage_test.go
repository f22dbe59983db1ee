package sink

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"ambit/audit"
	"ambit/db"
)

func TestChangesAreRecordedWithoutSecrets(t *testing.T) {
	s, f := start(t), listen(t)
	spec := f.spec()
	spec.Name, spec.Webhook.Header = "hook", "X-Token"
	sink, made, err := s.sinks.Create(t.Context(), admin, spec, map[string]string{secretHeader: "s3cret-header"}, false)
	must(t, err)
	if !strings.HasPrefix(made, signingPrefix) {
		t.Errorf("no signing secret was made: %q", made)
	}
	again, err := s.sinks.Get(t.Context(), sink.ID)
	must(t, err)
	if fmt.Sprint(again.Secrets) != "[header signing]" {
		t.Errorf("%v", again.Secrets)
	}
	_, err = s.sinks.Pause(t.Context(), admin, sink.ID)
	must(t, err)
	_, rotated, err := s.sinks.RotateSecret(t.Context(), admin, sink.ID, secretSigning, "")
	must(t, err)
	spec = again.Spec
	spec.Name = "hook 2"
	_, err = s.sinks.Update(t.Context(), admin, sink.ID, spec, nil)
	must(t, err)
	_, err = s.sinks.Resume(t.Context(), admin, sink.ID)
	must(t, err)
	tried, err := s.sinks.Test(t.Context(), admin, sink.ID)
	must(t, err)
	if !tried.OK || tried.Outcome != "accepted" || !strings.HasPrefix(tried.Answer, "200 OK") {
		t.Errorf("%+v", tried)
	}
	must(t, s.sinks.Delete(t.Context(), admin, sink.ID))
	if _, err := s.sinks.Get(t.Context(), sink.ID); !errors.Is(err, errNoSink) {
		t.Errorf("after deletion: %v", err)
	}
	for _, kind := range []string{"sink.created", "sink.paused", "sink.secret_rotated", "sink.changed", "sink.resumed", "sink.tested", "sink.deleted"} {
		list := s.events(kind)
		if len(list) != 1 || list[0].Phase != audit.PhaseAdmin || list[0].Actor.User != admin.User || list[0].Change.ID != sink.ID {
			t.Errorf("%s: %+v", kind, list)
		}
	}
	s.holdsNowhere("s3cret-header", made, rotated)
}

// holdsNowhere ensures that secrets stand neither in the events nor in any file of the data folder.
func (s *stack) holdsNowhere(secrets ...string) {
	s.t.Helper()
	files, err := filepath.Glob(filepath.Join(s.dir, "*"))
	must(s.t, err)
	for _, name := range files {
		text, err := os.ReadFile(name)
		must(s.t, err)
		for _, secret := range secrets {
			if strings.Contains(string(text), secret) {
				s.t.Errorf("%s holds a secret in clear", filepath.Base(name))
			}
		}
	}
}

// TestANewAddressAsksForTheTokenAgain ensures that nobody learns a token by pointing its sink elsewhere.
func TestANewAddressAsksForTheTokenAgain(t *testing.T) {
	s := start(t)
	first, second := answers(t, 200, `{"text":"Success","code":0}`), answers(t, 200, `{"text":"Success","code":0}`)
	spec := Spec{Kind: Splunk, Splunk: &SplunkSpec{URL: first.URL}}
	sink := s.create(spec, map[string]string{secretToken: "tok-12345"})
	spec = sink.Spec
	spec.Splunk = &SplunkSpec{URL: second.URL}
	_, err := s.sinks.Update(t.Context(), admin, sink.ID, spec, nil)
	if err == nil || !strings.Contains(err.Error(), `give the secret "token" again`) {
		t.Errorf("%v", err)
	}
	_, err = s.sinks.Update(t.Context(), admin, sink.ID, spec, map[string]string{secretToken: "tok-67890"})
	must(t, err)
	s.decide(1)
	s.delivered()
	if got := second.request.Get("Authorization"); got != "Splunk tok-67890" {
		t.Errorf("%q", got)
	}
}

// TestFormerSecretsAreNotGiven ensures that nobody can break a webhook's signing by naming what only a rotation sets.
func TestFormerSecretsAreNotGiven(t *testing.T) {
	s, f := start(t), listen(t)
	made := s.create(f.spec(), nil)
	for _, name := range []string{secretFormer, secretFormerUntil} {
		junk := map[string]string{name: "junk"}
		spec := f.spec()
		spec.Name = "other"
		_, _, errCreate := s.sinks.Create(t.Context(), admin, spec, junk, false)
		_, errUpdate := s.sinks.Update(t.Context(), admin, made.ID, made.Spec, junk)
		_, _, errRotate := s.sinks.RotateSecret(t.Context(), admin, made.ID, name, "junk")
		for _, err := range []error{errCreate, errUpdate, errRotate} {
			var refused *Error
			if !errors.As(err, &refused) || refused.Code() != "invalid" {
				t.Errorf("%s: %v", name, err)
			}
		}
	}
	_, _, err := s.sinks.RotateSecret(t.Context(), admin, made.ID, secretSigning, "")
	must(t, err)
	_, err = s.sinks.Update(t.Context(), admin, made.ID, made.Spec, nil) // the former secret stays
	must(t, err)
	s.decide(3)
	s.delivered()
}

func TestMistakesInSettings(t *testing.T) {
	s := start(t)
	for want, spec := range map[string]Spec{
		"kind must be":            {Kind: "carrier-pigeon"},
		"a sink of kind webhook":  {Kind: Webhook, Splunk: &SplunkSpec{}},
		"not a URL":               {Kind: Webhook, Webhook: &WebhookSpec{URL: "nonsense"}},
		"may not connect to":      {Kind: Webhook, Webhook: &WebhookSpec{URL: "http://169.254.169.254/latest"}},
		"mapping must be":         {Kind: Webhook, Webhook: &WebhookSpec{URL: "http://127.0.0.1:1"}, Mapping: "cef"},
		"filter.effect":           {Kind: Webhook, Webhook: &WebhookSpec{URL: "http://127.0.0.1:1"}, Filter: Filter{Effect: "maybe"}},
		"batch.items":             {Kind: Webhook, Webhook: &WebhookSpec{URL: "http://127.0.0.1:1"}, Batch: Batch{Items: 5000}},
		"quota.events":            {Kind: Webhook, Webhook: &WebhookSpec{URL: "http://127.0.0.1:1"}, Quota: Quota{Events: 5}},
		"set by Ambit itself":     {Kind: Webhook, Webhook: &WebhookSpec{URL: "http://127.0.0.1:1", Header: "webhook-id"}},
		"tls.ca":                  {Kind: Webhook, Webhook: &WebhookSpec{URL: "http://127.0.0.1:1"}, TLS: TLSSpec{CA: "nonsense"}},
		`"token" is missing`:      {Kind: Splunk, Splunk: &SplunkSpec{URL: "http://127.0.0.1:1"}},
		"and not both":            {Kind: Datadog, Datadog: &DatadogSpec{}},
		"a host and a port":       {Kind: Syslog, Syslog: &SyslogSpec{Address: "127.0.0.1"}},
		"syslog.address":          {Kind: Syslog, Syslog: &SyslogSpec{Address: "10.1.2.3:514"}},
		"syslog.max_bytes":        {Kind: Syslog, Syslog: &SyslogSpec{Address: "127.0.0.1:514", MaxBytes: 100}},
		"file.name":               {Kind: File, File: &FileSpec{Name: "../x"}},
		"name must have":          {Name: " ", Kind: File, File: &FileSpec{Name: "x"}},
		"name must have 1 to 60 ": {Name: strings.Repeat("x", 61), Kind: File, File: &FileSpec{Name: "x"}},
	} {
		fill(&spec.Name, "test")
		_, _, err := s.sinks.Create(t.Context(), admin, spec, nil, true)
		var e *Error
		if !errors.As(err, &e) || e.Code() != "invalid" || !strings.Contains(e.Error(), strings.TrimSpace(want)) {
			t.Errorf("%s: %v", want, err)
		}
	}
	spec := Spec{Name: "twice", Kind: File, File: &FileSpec{Name: "x.jsonl"}}
	_, _, err := s.sinks.Create(t.Context(), admin, spec, nil, true)
	must(t, err)
	var e *Error
	if _, _, err := s.sinks.Create(t.Context(), admin, spec, nil, true); !errors.As(err, &e) || e.Code() != "exists" {
		t.Errorf("%v", err)
	}
	if _, _, err := s.sinks.Create(t.Context(), admin, Spec{Name: "y", Kind: File, File: &FileSpec{Name: "y"}}, map[string]string{"token": "x"}, true); err == nil {
		t.Error("a secret that nobody needs is taken")
	}
}

func TestTheTestShowsTheReceiversAnswer(t *testing.T) {
	s := start(t)
	a := answers(t, 403, `{"text":"Invalid token tok-12345","code":4}`)
	spec := Spec{Name: "s", Kind: Splunk, Splunk: &SplunkSpec{URL: a.URL}}
	sink, _, err := s.sinks.Create(t.Context(), admin, spec, map[string]string{secretToken: "tok-12345"}, true)
	must(t, err)
	tried, err := s.sinks.Test(t.Context(), admin, sink.ID)
	must(t, err)
	if tried.OK || tried.Outcome != "misconfigured" || !strings.Contains(tried.Answer, "Invalid token [masked]") {
		t.Errorf("%+v", tried)
	}
	a.Close()
	tried, err = s.sinks.Test(t.Context(), admin, sink.ID)
	must(t, err)
	if tried.OK || tried.Outcome != "no answer" || !strings.Contains(tried.Answer, "connection refused") {
		t.Errorf("%+v", tried)
	}
	var e struct {
		Event struct{ Type string } `json:"event"`
	}
	must(t, json.Unmarshal(a.text, &e))
	if e.Event.Type != "sink.test" {
		t.Errorf("%s", a.text)
	}
}

func (s *stack) floor() int64 {
	s.t.Helper()
	floor, err := s.sinks.Floor(s.t.Context(), s.db.Read())
	must(s.t, err)
	return floor
}

func TestFloorIsWhatSinksStillNeed(t *testing.T) {
	s, f := start(t), listen(t)
	if s.floor() <= 1<<60 {
		t.Errorf("without sinks: %d", s.floor())
	}
	f.refuse = func(int, []json.RawMessage) (int, map[string]string, string) {
		return http.StatusServiceUnavailable, nil, ""
	}
	sink := s.create(f.spec(), nil)
	s.decide(100)
	if s.floor() != 0 {
		t.Errorf("%d", s.floor())
	}
	_, err := s.sinks.Pause(t.Context(), admin, sink.ID)
	must(t, err)
	if s.floor() != 0 {
		t.Errorf("a paused sink keeps nothing: %d", s.floor())
	}
	f.set(func() { f.refuse = nil })
	_, err = s.sinks.Resume(t.Context(), admin, sink.ID)
	must(t, err)
	s.until("the cursor is saved", func() bool { return s.floor() >= 100 })
	rows, err := db.Sinks(t.Context(), s.db.Read())
	must(t, err)
	if rows[0].Cursor < 100 {
		t.Errorf("stored cursor %d", rows[0].Cursor)
	}
	f.set(func() {
		f.refuse = func(int, []json.RawMessage) (int, map[string]string, string) { return http.StatusGone, nil, "gone" }
	})
	s.decide(1)
	s.until("the sink is disabled", func() bool { return s.status().State == Disabled })
	if s.floor() <= 1<<60 {
		t.Errorf("with a disabled sink: %d", s.floor())
	}
}

// TestSinksDontFeedThemselves ensures that what a sink records about itself comes to an end.
func TestSinksDontFeedThemselves(t *testing.T) {
	s, f := start(t), listen(t)
	f.refuse = func(_ int, events []json.RawMessage) (int, map[string]string, string) {
		for _, e := range events {
			if strings.Contains(string(e), `"sink.`) {
				return http.StatusBadRequest, nil, "no news about sinks here"
			}
		}
		return 0, nil, ""
	}
	s.create(f.spec(), nil) // records sink.created
	s.decide(10)
	s.delivered()
	before := s.ledger.Seq()
	time.Sleep(100 * time.Millisecond) // long enough for some rounds
	if after := s.ledger.Seq(); after != before || after > 20 {
		t.Errorf("the ledger grew from %d to %d by itself", before, after)
	}
}

func TestGauges(t *testing.T) {
	s, f := start(t), listen(t)
	s.create(f.spec(), nil)
	s.decide(5)
	s.delivered()
	for _, g := range s.sinks.Gauges() {
		v, ok := g.Read()["test"]
		if g.Name == "ambit_sink_last_error_timestamp_seconds" {
			ok = !ok // there was no error
		}
		want := map[string]bool{"ambit_sink_up": v == 1, "ambit_sink_delivered_messages": v >= 6, "ambit_sink_lag_events": v == 0}
		if good, known := want[g.Name]; !ok || g.Help == "" || known && !good {
			t.Errorf("%s: %v", g.Name, v)
		}
	}
}

func (s *stack) failures() map[string]float64 {
	counts := map[string]float64{}
	s.sinks.Failures(func(value float64, labels ...string) { counts[strings.Join(labels, " ")] = value })
	return counts
}

// TestFailuresAreCounted ensures that metrics tell of errors by what they were, also after a change of the sink.
func TestFailuresAreCounted(t *testing.T) {
	s, f := start(t), listen(t)
	statuses := []int{503, 401, 429}
	f.refuse = func(n int, _ []json.RawMessage) (int, map[string]string, string) {
		if n > len(statuses) {
			return 0, nil, ""
		}
		return statuses[n-1], nil, ""
	}
	sink := s.create(f.spec(), nil)
	s.decide(5)
	s.delivered()
	want := map[string]float64{"test not_now": 2, "test misconfigured": 1, "test refused": 0, "test no_answer": 0, "test gone": 0, "test ledger": 0}
	if diff := cmp.Diff(want, s.failures()); diff != "" {
		t.Error(diff)
	}
	_, err := s.sinks.Pause(t.Context(), admin, sink.ID)
	must(t, err)
	if diff := cmp.Diff(want, s.failures()); diff != "" {
		t.Errorf("after a change: %s", diff)
	}
	for _, g := range s.sinks.Gauges() {
		if at := g.Read()["test"]; g.Name == "ambit_sink_last_error_timestamp_seconds" && time.Since(time.UnixMilli(int64(at*1000))) > time.Hour {
			t.Errorf("the last error was at %f", at)
		}
	}
}
