package audit

import (
	"context"
	"encoding/json"
	"strings"
	"testing"
	"time"
)

// damageAlarms are the alarms about altered entries, newest first.
func damageAlarms(t *testing.T, l *Ledger) (list []Event) {
	t.Helper()
	page, err := l.Search(t.Context(), Query{Type: "ledger.damaged"})
	if err != nil {
		t.Fatal(err)
	}
	for _, raw := range page.Events {
		var e Event
		if err := json.Unmarshal(raw, &e); err != nil {
			t.Fatal(err)
		}
		list = append(list, e)
	}
	return list
}

// TestInspectionFindsDamage: an entry altered in the database is noticed without anybody asking, and told of once.
func TestInspectionFindsDamage(t *testing.T) {
	l := filled(t, 3000)
	i := NewInspector(l, InspectorOptions{Rest: 1})
	inspect := func() Inspection {
		t.Helper()
		if err := i.Inspect(t.Context()); err != nil {
			t.Fatal(err)
		}
		return i.Last()
	}
	if last := inspect(); last.FirstBad != 0 || last.Entries != 3000 || last.At.IsZero() {
		t.Fatalf("%+v", last)
	}
	if err := l.db.Write(t.Context(), runSQL(`UPDATE ledger SET event = replace(event, 'person', 'nobody') WHERE seq = 2100`)); err != nil {
		t.Fatal(err)
	}
	if last := inspect(); last.FirstBad != 2100 || !strings.Contains(last.What, "2100") {
		t.Fatalf("%+v", last)
	}
	inspect()
	alarms := damageAlarms(t, l)
	if len(alarms) != 1 || alarms[0].Actor.User != "ambit" || alarms[0].Phase != PhaseIntegrity || !strings.Contains(string(alarms[0].Outcome), `"first_bad":2100`) {
		t.Fatalf("%+v", alarms)
	}
	if err := l.db.Write(t.Context(), runSQL(`UPDATE ledger SET event = replace(event, 'person', 'nobody') WHERE seq = 17`)); err != nil {
		t.Fatal(err)
	}
	inspect()
	if alarms = damageAlarms(t, l); len(alarms) != 2 {
		t.Fatalf("further damage: %d alarms", len(alarms))
	}
}

// TestInspectionBelievesNoRemoval: what retention removes while the inspection is under way is no damage.
func TestInspectionBelievesNoRemoval(t *testing.T) {
	c := newClock()
	l, _ := ledgerIn(t, t.TempDir(), c.use)
	mustAppend(t, l, 2100)
	for range 5 {
		if err := l.Append(t.Context(), &Event{Type: "shell.exec", Phase: PhaseResult, Actor: Actor{User: "ada@acme.test"}}); err != nil {
			t.Fatal(err)
		}
	}
	c.pass(40 * day)
	mustAppend(t, l, 600)
	project(t, l)
	r := NewRetention(l, RetentionOptions{})
	mustSetDays(t, r, map[string]int{"result": 30})
	i := NewInspector(l, InspectorOptions{Rest: 1})
	removed := int64(0)
	i.pause = func(context.Context, time.Duration) bool {
		if removed == 0 { // the first page was read, and what explains removals before it
			removed = mustRun(t, r).Events
		}
		return true
	}
	if err := i.Inspect(t.Context()); err != nil {
		t.Fatal(err)
	}
	if last := i.Last(); removed == 0 || last.FirstBad != 0 || len(damageAlarms(t, l)) != 0 {
		t.Errorf("%d removed, %+v, alarms %v", removed, last, damageAlarms(t, l))
	}
}

// TestInspectorWorksByItself ensures that Start inspects, and that Close ends it.
func TestInspectorWorksByItself(t *testing.T) {
	l := filled(t, 100)
	i := NewInspector(l, InspectorOptions{First: time.Millisecond, Every: time.Hour})
	i.Start()
	for end := time.Now().Add(10 * time.Second); i.Last().At.IsZero(); time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("no inspection")
		}
	}
	i.Close()
}
