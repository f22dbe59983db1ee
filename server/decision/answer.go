package decision

import (
	"ambit/policy"
	"ambit/server/problem"
)

// appendAnswer appends an AuthZEN decision with Ambit's context.
func appendAnswer(buf []byte, a *answer) []byte {
	d := &a.decision
	o := object{buf: buf}
	o.open()
	o.flag("decision", d.Permits())
	o.member("context")
	o.text("id", a.id)
	o.text("effect", string(d.Effect))
	o.flag("enforced", d.Enforced)
	o.number("policy_version", a.version)
	o.text("reason", d.Reason)
	o.text("hint", d.Hint)
	if len(d.Findings) > 0 {
		o.list("findings")
		for i := range d.Findings {
			o.finding(&d.Findings[i])
		}
		o.endList()
	}
	o.end()
	o.end()
	return o.buf
}

func (o *object) finding(f *policy.Finding) {
	o.open()
	o.name("layer")
	o.buf = appendString(o.buf, f.Layer)
	o.text("control", f.Control)
	o.text("rule", f.Rule)
	o.text("message", f.Message)
	o.text("hint", f.Hint)
	if f.At != nil {
		o.member("at")
		o.number("offset", int64(f.At.Offset))
		o.number("length", int64(f.At.Length))
		o.end()
	}
	o.text("relaxed", f.Relaxed)
	o.end()
}

// appendFailure appends the answer to an item of a batch that could not be evaluated: it is refused, and its context says why
// (AuthZEN Authorization API 1.0, section 7.2.1).
func appendFailure(buf []byte, err error) []byte {
	d := problem.Of(err)
	o := object{buf: buf}
	o.open()
	o.flag("decision", false)
	o.member("context")
	o.member("error")
	o.number("status", int64(d.Status))
	o.text("code", d.Code)
	o.text("message", d.Detail)
	o.text("hint", d.Hint)
	o.end()
	o.end()
	o.end()
	return o.buf
}
