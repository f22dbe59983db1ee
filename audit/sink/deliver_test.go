package sink

import (
	"bytes"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"ambit/audit"
	"ambit/db"
)

func TestEverythingArrivesInOrder(t *testing.T) {
	s, f := start(t), listen(t)
	s.decide(700)
	spec := f.spec()
	spec.Batch.Items, spec.Gzip = 50, true
	s.create(spec, nil)
	s.decide(300)
	s.delivered()
	if n := complete(t, f.has(), s.ledger.Seq()); n != 0 {
		t.Errorf("%d repetitions", n)
	}
	st := s.status()
	if st.LastSuccess.IsZero() || st.Delivered < s.ledger.Seq() || st.BacklogBytes != 0 {
		t.Errorf("%+v", st)
	}
}

func TestCursorSurvivesRestart(t *testing.T) {
	s, f := start(t), listen(t)
	s.create(f.spec(), nil)
	for range 5 {
		s.decide(100)
		s.restart()
	}
	s.delivered()
	complete(t, f.has(), s.ledger.Seq())
}

// TestTroubleLosesNothing ensures that whatever a receiver does, everything arrives once it mends its ways.
func TestTroubleLosesNothing(t *testing.T) {
	for name, trouble := range map[string]func(f *far){
		"503 with Retry-After": func(f *far) {
			f.refuse = func(n int, _ []json.RawMessage) (int, map[string]string, string) {
				if n%3 == 1 && n < 30 {
					return http.StatusServiceUnavailable, map[string]string{"Retry-After": "0"}, "busy"
				}
				return 0, nil, ""
			}
		},
		"403 for a while": func(f *far) {
			f.refuse = func(n int, _ []json.RawMessage) (int, map[string]string, string) {
				if n > 3 && n < 10 {
					return http.StatusForbidden, nil, "who are you"
				}
				return 0, nil, ""
			}
		},
		"hangs": func(f *far) {
			f.sleep = func(n int) time.Duration {
				if n == 2 {
					return 3 * time.Second
				}
				return 0
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, f := start(t), listen(t)
			trouble(f)
			spec := f.spec()
			spec.Batch.Items = 20
			s.create(spec, nil)
			s.decide(400)
			s.delivered()
			complete(t, f.has(), s.ledger.Seq())
			if s.status().LastError == "" {
				t.Error("the trouble doesn't show")
			}
		})
	}
}

func TestRetryAfterIsHonoured(t *testing.T) {
	s, f := start(t), listen(t)
	var first, second time.Time
	f.refuse = func(n int, _ []json.RawMessage) (int, map[string]string, string) {
		switch n {
		case 1:
			first = time.Now()
			return http.StatusTooManyRequests, map[string]string{"Retry-After": "1"}, ""
		case 2:
			second = time.Now()
		}
		return 0, nil, ""
	}
	s.decide(3)
	s.create(f.spec(), nil)
	s.delivered()
	if d := second.Sub(first); d < time.Second || d > 5*time.Second {
		t.Errorf("came again after %s", d)
	}
}

// TestSelectiveFilterDoesntRest ensures that a sink goes on through a backlog of which its filter takes nothing: it rests between
// two looks at the ledger only where there is nothing left to look at.
func TestSelectiveFilterDoesntRest(t *testing.T) {
	pace := hurried
	pace.Poll = time.Hour
	s, f := startAt(t, pace), listen(t)
	s.decide(3 * scanRows)
	spec := f.spec()
	spec.Filter.Person = "nobody@acme.test"
	s.create(spec, nil)
	s.until("the backlog is looked through", func() bool { return s.status().LagEvents < defaultItems })
	if n := len(f.has()); n > 1 {
		t.Errorf("%d messages arrived, and only a checkpoint may", n)
	}
}

func TestPoisonIsFoundAndSetAside(t *testing.T) {
	s, f := start(t), listen(t)
	poison := func(raw json.RawMessage) bool {
		return bytes.Contains(raw, []byte(`HEAD~7"`)) || bytes.Contains(raw, []byte(`HEAD~63"`))
	}
	healed := false
	f.refuse = func(_ int, events []json.RawMessage) (int, map[string]string, string) {
		for _, e := range events {
			if poison(e) && !healed {
				return http.StatusBadRequest, nil, "can't read <script>\x1b[31m one of them; token=hunter2hunter2"
			}
		}
		return 0, nil, ""
	}
	s.decide(100)
	sink := s.create(f.spec(), nil)
	s.delivered()
	page, err := s.sinks.SetAside(t.Context(), sink.ID, "", MaxAside)
	must(t, err)
	aside := page.List
	if len(aside) != 2 || s.status().SetAside != 2 {
		t.Fatalf("set aside: %+v", aside)
	}
	if strings.ContainsAny(aside[0].Answer, "\x1b\n") || !strings.Contains(aside[0].Answer, "can't read") || strings.Contains(aside[0].Answer, "hunter2") {
		t.Errorf("answer %q", aside[0].Answer)
	}
	complete(t, f.has(), s.ledger.Seq(), aside[0].Ref, aside[1].Ref)
	if n := len(s.events("sink.set_aside")); n != 1 {
		t.Errorf("%d events tell of it", n)
	}
	// The receiver learns to read them.
	f.set(func() { healed = true })
	out, err := s.sinks.RetrySetAside(t.Context(), admin, sink.ID, AsideChoice{})
	must(t, err)
	if out.Delivered != 2 || out.Refused != 0 || s.status().SetAside != 0 {
		t.Errorf("%+v, %+v", out, s.status())
	}
}

// TestRefusedThroughoutIsTheReceiversTrouble ensures that a mistyped address doesn't set the whole ledger aside.
func TestRefusedThroughoutIsTheReceiversTrouble(t *testing.T) {
	s, f := start(t), listen(t)
	f.refuse = func(int, []json.RawMessage) (int, map[string]string, string) { return http.StatusBadRequest, nil, "no" }
	s.decide(300)
	sink := s.create(f.spec(), nil)
	s.until("it is misconfigured", func() bool { return s.status().State == Misconfigured })
	if st := s.status(); st.SetAside != poisonInARow || !strings.Contains(st.Why, "every message") {
		t.Errorf("%+v", st)
	}
	s.until("the alarm is recorded", func() bool { return len(s.events("sink.misconfigured")) == 1 })
	f.set(func() { f.refuse = nil })
	s.delivered()
	_, err := s.sinks.RetrySetAside(t.Context(), admin, sink.ID, AsideChoice{})
	must(t, err)
	if n := len(f.has()); int64(n) < s.ledger.Seq()-1 {
		t.Errorf("%d of %d arrived", n, s.ledger.Seq())
	}
}

func TestGoneDisables(t *testing.T) {
	s, f := start(t), listen(t)
	f.refuse = func(int, []json.RawMessage) (int, map[string]string, string) {
		return http.StatusGone, nil, "no such hook"
	}
	s.decide(3)
	sink := s.create(f.spec(), nil)
	s.until("it is disabled", func() bool { return s.status().State == Disabled })
	if len(s.events("sink.disabled")) != 1 {
		t.Error("no alarm")
	}
	s.restart()
	if st := s.status(); st.State != Disabled || !strings.Contains(st.Why, "no such hook") {
		t.Errorf("after a restart: %+v", st)
	}
	f.set(func() { f.refuse = nil })
	_, err := s.sinks.Resume(t.Context(), admin, sink.ID)
	must(t, err)
	s.delivered()
	complete(t, f.has(), s.ledger.Seq())
}

// TestFilterAndCheckpoints ensures that a sink takes what search would find, and checkpoints whatever it filters.
func TestFilterAndCheckpoints(t *testing.T) {
	s, f := start(t), listen(t)
	s.decide(50)
	s.restart() // closing signs a checkpoint
	spec := f.spec()
	spec.Filter = Filter{Effect: "deny"}
	s.create(spec, nil)
	s.delivered()
	s.until("the checkpoint arrives", func() bool {
		all := f.has()
		return len(all) > 0 && all[len(all)-1].Type == checkpointType
	})
	denied := 0
	for _, g := range f.has() {
		if g.Type == "shell.exec" {
			denied++
		}
	}
	if denied != 10 {
		t.Errorf("%d refusals arrived, want 10", denied)
	}
}

func TestBacklogBeyondQuotaIsAGap(t *testing.T) {
	s, f := start(t), listen(t)
	f.refuse = func(int, []json.RawMessage) (int, map[string]string, string) {
		return http.StatusServiceUnavailable, nil, ""
	}
	spec := f.spec()
	spec.Quota.Events = minQuota
	s.create(spec, nil)
	s.decide(3000)
	// The sink tends its backlog while decisions still come: there may be more than one gap.
	s.until("the backlog is within its quota", func() bool { return s.status().LagEvents <= minQuota+10 })
	f.set(func() { f.refuse = nil })
	s.delivered()
	first, last := f.has()[0].Seq, int64(0)
	for _, g := range f.has() {
		last = max(last, g.Seq)
	}
	if first < 2000 || last < 3000 {
		t.Errorf("from %d to %d arrived", first, last)
	}
	next := int64(1)
	for _, e := range slices.Backward(s.events("sink.gap")) {
		var gap struct{ First, Last, Events int64 }
		must(t, json.Unmarshal(e.Outcome, &gap))
		if gap.First != next || gap.Events != gap.Last-gap.First+1 || e.Phase != audit.PhaseIntegrity {
			t.Errorf("%+v in phase %s, want one from %d", gap, e.Phase, next)
		}
		next = gap.Last + 1
	}
	if next != first {
		t.Errorf("gaps reach to %d, the first that arrived is %d", next-1, first)
	}
}

func TestLagRingsOnceAndRecovers(t *testing.T) {
	s, f := start(t), listen(t)
	f.refuse = func(int, []json.RawMessage) (int, map[string]string, string) {
		return http.StatusServiceUnavailable, nil, ""
	}
	spec := f.spec()
	spec.AlarmAfter = 60
	s.create(spec, nil)
	s.decide(10)
	time.Sleep(50 * time.Millisecond) // long enough for a false alarm
	if n := len(s.events("sink.lagging")); n != 0 {
		t.Fatal("rings before the threshold")
	}
	s.pass(2 * time.Minute)
	s.until("the alarm rings", func() bool { return s.status().Lagging })
	s.restart()
	s.until("the alarm still stands", func() bool { return s.status().Lagging })
	f.set(func() { f.refuse = nil })
	s.until("the alarm is lowered", func() bool { return !s.status().Lagging })
	if a, b := len(s.events("sink.lagging")), len(s.events("sink.recovered")); a != 1 || b != 1 {
		t.Errorf("%d alarms, %d recoveries", a, b)
	}
}

// TestRetentionsHolesAreNoTrouble ensures that a sink passes over what retention removed, and that a disabled one says so.
func TestRetentionsHolesAreNoTrouble(t *testing.T) {
	s, f := start(t), listen(t)
	f.refuse = func(int, []json.RawMessage) (int, map[string]string, string) { return http.StatusGone, nil, "" }
	sink := s.create(f.spec(), nil)
	s.decide(50)
	s.until("it is disabled", func() bool { return s.status().State == Disabled })
	must(t, s.db.Write(t.Context(), func(tx *db.Tx) error {
		_, err := tx.ExecContext(t.Context(), "DELETE FROM ledger WHERE seq <= 20 OR seq BETWEEN 30 AND 39") // as retention does
		return err
	}))
	f.set(func() { f.refuse = nil })
	_, err := s.sinks.Resume(t.Context(), admin, sink.ID)
	must(t, err)
	s.delivered()
	var gone []int64
	for seq := int64(1); seq < 40; seq++ {
		if seq <= 20 || seq >= 30 {
			gone = append(gone, seq)
		}
	}
	complete(t, f.has(), s.ledger.Seq(), gone...)
	if n := len(s.events("sink.gap")); n != 1 {
		t.Errorf("%d gaps are recorded", n)
	}
}

// TestARefusalNowAndThenDoesntFeedItself ensures that an alarm about a receiver that refuses every other request doesn't
// become the next request's reason.
func TestARefusalNowAndThenDoesntFeedItself(t *testing.T) {
	s, f := start(t), listen(t)
	f.refuse = func(n int, _ []json.RawMessage) (int, map[string]string, string) {
		if n%2 == 1 {
			return http.StatusForbidden, nil, "not today"
		}
		return 0, nil, ""
	}
	s.create(f.spec(), nil)
	s.decide(5)
	s.until("it rests", func() bool { return s.status().LagEvents == 0 })
	time.Sleep(200 * time.Millisecond) // long enough for some rounds
	if n := len(s.events("sink.misconfigured")); n != 1 {
		t.Errorf("%d alarms", n)
	}
}
