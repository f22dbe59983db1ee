package console

import (
	"encoding/json"
	"slices"

	"ambit/audit"
	"ambit/policy"
)

// matcher is the query's filters for one event at a time, as the ledger's own search applies them; time and text are left
// to the search.
func matcher(q audit.Query) func(event json.RawMessage) bool {
	if q.Person+q.Action+q.Effect+q.Repository+q.Session+q.Layer+q.Phase+q.Type == "" {
		return func(json.RawMessage) bool { return true }
	}
	return func(event json.RawMessage) bool {
		var e audit.Event
		if err := json.Unmarshal(event, &e); err != nil {
			return false
		}
		var action, effect string
		if e.Action != nil {
			action = e.Action.Name
		}
		if e.Decision != nil {
			effect = string(e.Decision.Effect)
		}
		for _, f := range [][2]string{
			{q.Person, e.Actor.User},
			{q.Action, action},
			{q.Effect, effect},
			{q.Repository, e.Repository},
			{q.Session, e.Session},
			{q.Phase, e.Phase},
			{q.Type, e.Type},
		} {
			if f[0] != "" && f[0] != f[1] {
				return false
			}
		}
		return q.Layer == "" || speaks(e.Decision, q.Layer)
	}
}

func speaks(d *audit.Decision, layer string) bool {
	return d != nil && (slices.ContainsFunc(d.Findings, func(f policy.Finding) bool { return f.Layer == layer }) ||
		slices.ContainsFunc(d.Layers, func(l policy.LayerVerdict) bool { return l.Layer == layer }))
}
