package decision

import (
	"ambit/policy"
	"ambit/server/problem"
)

// appendAnswer appends an AuthZEN decision with Ambit's context.
func appendAnswer(buf []byte, a *answer) []byte {
	d := &a.decision
	o := object{buf: append(buf, '{')}
	o.flag("decision", d.Permits())
	o.name("context")
	ctx := object{buf: append(o.buf, '{')}
	ctx.text("id", a.id)
	ctx.text("effect", string(d.Effect))
	ctx.flag("enforced", d.Enforced)
	ctx.number("policy_version", a.version)
	ctx.text("reason", d.Reason)
	ctx.text("hint", d.Hint)
	ctx.buf = appendFindings(&ctx, d.Findings)
	return append(ctx.buf, '}', '}')
}

func appendFindings(o *object, findings []policy.Finding) []byte {
	if len(findings) == 0 {
		return o.buf
	}
	o.name("findings")
	o.buf = append(o.buf, '[')
	for i := range findings {
		if i > 0 {
			o.buf = append(o.buf, ',')
		}
		f := &findings[i]
		item := object{buf: append(o.buf, '{')}
		item.name("layer")
		item.buf = appendString(item.buf, f.Layer)
		item.text("control", f.Control)
		item.text("rule", f.Rule)
		item.text("message", f.Message)
		item.text("hint", f.Hint)
		if f.At != nil {
			item.name("at")
			place := object{buf: append(item.buf, '{')}
			place.number("offset", int64(f.At.Offset))
			place.number("length", int64(f.At.Length))
			item.buf = append(place.buf, '}')
		}
		item.text("relaxed", f.Relaxed)
		o.buf = append(item.buf, '}')
	}
	return append(o.buf, ']')
}

// appendFailure appends the answer to an item of a batch that could not be evaluated: it is refused, and its context says why
// (AuthZEN Authorization API 1.0, section 7.2.1).
func appendFailure(buf []byte, err error) []byte {
	d := problem.Of(err)
	o := object{buf: append(buf, '{')}
	o.flag("decision", false)
	o.name("context")
	o.buf = append(o.buf, '{')
	e := object{buf: append(o.buf, `"error":{`...)}
	e.number("status", int64(d.Status))
	e.text("code", d.Code)
	e.text("message", d.Detail)
	e.text("hint", d.Hint)
	return append(e.buf, '}', '}', '}')
}
