package policy

import (
	"strings"

	"ambit/policy/shell"
)

// eval is the state of one decision.
type eval struct {
	p           *Policy
	r           *Request
	places      places
	tiers       []string // that may be the person's: one where the groups are known, none for no access
	targets     []target
	foreign     []foreign
	resources   []string        // of MCP servers, that a prompt mentions
	line        *shell.Analysis // for shell.exec
	baseVerdict shell.Verdict   // of the base layer on line
	matched     []bool          // per layer

	findings   []found
	verdicts   []LayerVerdict
	verdict    *LayerVerdict // of the layer that is being judged
	exceptions []*exception  // that apply to this person, place and time
	unresolved bool

	matchedBuf [16]bool
	tierBuf    [4]string
	targetBuf  [2]target
}

// found is a Finding with what the combination needs to know of it.
type found struct {
	Finding
	mode    Mode // of the layer
	always  bool // holds in monitor mode too
	general bool // of no layer, so that any enforcing layer enforces it
}

// begin establishes who asks and where, and which layers apply.
func (e *eval) begin() {
	e.setPlaces()
	e.setTiers()
	e.findTargets()
	e.findForeign()
	e.matched = e.matchedBuf[:0]
	for i := range e.p.layers {
		l := &e.p.layers[i]
		why, ok := "base", true
		if l.match != nil {
			why, ok = l.match.applies(e)
		} else if i > 0 {
			why = "everybody"
		}
		e.matched = append(e.matched, ok)
		if ok {
			e.verdicts = append(e.verdicts, LayerVerdict{Layer: l.name, Effect: Allow, Mode: l.mode, Matched: why})
		}
	}
}

// setTiers finds the person's tier. With groups that are not known, every tier up to the first one that certainly fits
// may be theirs, and the layers of all of them apply.
func (e *eval) setTiers() {
	e.tiers = e.tierBuf[:0]
	s := &e.r.Subject
	for i := range e.p.tiers {
		t := &e.p.tiers[i]
		fits := false
		for _, g := range t.Groups {
			if g == "*" || contains(s.Groups, g) {
				fits = true
				break
			}
		}
		if fits {
			e.tiers = append(e.tiers, t.Name)
			return
		}
		if !s.GroupsKnown {
			e.tiers = append(e.tiers, t.Name)
		}
	}
	e.tiers = e.tiers[:0] // no tier fits for certain: no access
}

func contains(list []string, s string) bool {
	for _, v := range list {
		if v == s {
			return true
		}
	}
	return false
}

// tier is the person's tier; "" where none fits or it can't be known.
func (e *eval) tier() string {
	if len(e.tiers) == 1 {
		return e.tiers[0]
	}
	return ""
}

// refuse notes that something speaks against the action whatever the layers say. always: in monitor mode too.
func (e *eval) refuse(always bool, f Finding) {
	e.findings = append(e.findings, found{Finding: f, always: always, general: true})
}

// object notes what a layer has against the action. Findings that an exception has set aside are kept, and do not count.
func (e *eval) object(l *layer, always bool, f Finding) {
	f.Layer = l.name
	if m := e.verdict.Matched; strings.HasSuffix(m, "unknown") {
		// What can't be known applies; without a word about it the engineer would look for the fault elsewhere.
		f.Hint = strings.TrimPrefix(strings.TrimSuffix(f.Hint, ".")+"; layer "+l.name+" applies because the "+m, "; ")
	}
	e.findings = append(e.findings, found{Finding: f, mode: l.mode, always: always})
	if f.Relaxed == "" && e.verdict.Effect != Deny {
		e.verdict.Effect, e.verdict.Rule, e.verdict.Message = Deny, f.Rule, f.Message
	}
}

// approve notes the rule by which a layer allows a part of the action; the first one is told.
func (e *eval) approve(rule string) {
	if e.verdict.Rule == "" && e.verdict.Effect == Allow {
		e.verdict.Rule = rule
	}
}
