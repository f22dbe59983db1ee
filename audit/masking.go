package audit

import (
	"encoding/json"
	"slices"

	"ambit/audit/mask"
	"ambit/policy"
)

// maskEvent gives a copy of e with every secret masked, and how many there were. Places inside the command that findings
// point to are moved along.
func maskEvent(e *Event) (*Event, int) {
	out := *e
	n := 0
	text := func(s *string) {
		var k int
		*s, k = mask.String(*s)
		n += k
	}
	raw := func(r *json.RawMessage) {
		var k int
		*r, k = mask.JSON(*r)
		n += k
	}
	list := func(l *[]string) {
		*l = slices.Clone(*l)
		for i := range *l {
			text(&(*l)[i])
		}
	}
	text(&out.Cwd)
	text(&out.Repository)
	raw(&out.Outcome)
	if e.Action != nil {
		a := *e.Action
		raw(&a.Properties)
		out.Action = &a
	}
	if e.Effects != nil {
		f := *e.Effects
		list(&f.Commands)
		list(&f.Reads)
		list(&f.Writes)
		out.Effects = &f
	}
	if e.Change != nil {
		c := *e.Change
		raw(&c.Before)
		raw(&c.After)
		out.Change = &c
	}
	if e.Decision != nil {
		d := *e.Decision
		text(&d.Reason)
		text(&d.Hint)
		command := mask.Find(commandOf(e))
		d.Findings = slices.Clone(d.Findings)
		for i := range d.Findings {
			f := &d.Findings[i]
			text(&f.Message)
			text(&f.Hint)
			text(&f.Rule)
			if f.At != nil {
				offset, length := command.Move(f.At.Offset, f.At.Length)
				f.At = &policy.Span{Offset: offset, Length: length}
			}
		}
		d.Layers = slices.Clone(d.Layers)
		for i := range d.Layers {
			text(&d.Layers[i].Message)
			text(&d.Layers[i].Rule)
		}
		out.Decision = &d
	}
	return &out, n
}

// commandOf is the command line that offsets in findings count in.
func commandOf(e *Event) string {
	if e.Action == nil {
		return ""
	}
	var p struct {
		Command string `json:"command"`
	}
	if err := json.Unmarshal(e.Action.Properties, &p); err != nil {
		return ""
	}
	return p.Command
}
