package sink

import (
	"encoding/json"

	"ambit/audit"
)

// The types of events about sinks are sink.created, sink.changed, sink.paused, sink.resumed, sink.deleted, sink.tested,
// sink.secret_rotated, sink.set_aside_retried and sink.set_aside_dismissed (phase admin), and sink.lagging, sink.recovered,
// sink.gap, sink.set_aside, sink.misconfigured and sink.disabled (phase integrity).

// integrity is an alarm about a sink.
func (w *worker) integrity(kind string, outcome map[string]any) *audit.Event {
	outcome["sink"] = w.name
	return &audit.Event{
		Type: kind, Phase: audit.PhaseIntegrity, Actor: audit.Actor{User: "ambit"}, Outcome: view(outcome),
		Change: &audit.Change{Object: "sink", ID: w.id},
	}
}

// changed is the event of an admin's change. before and after hold no secrets.
func changed(kind string, by audit.Actor, id string, before, after any) *audit.Event {
	return &audit.Event{Type: kind, Phase: audit.PhaseAdmin, Actor: by, Change: &audit.Change{Object: "sink", ID: id, Before: view(before), After: view(after)}}
}

// view is a value for an event. any: specs, maps of scalars.
func view(v any) json.RawMessage {
	if v == nil {
		return nil
	}
	text, err := json.Marshal(v)
	if err != nil {
		return nil // can't happen: plain structs and maps
	}
	return text
}
