package audit

import (
	"ambit/policy"
)

func (o *objects) action(a *Action) {
	o.open()
	o.text("name", a.Name)
	o.raw("properties", a.Properties)
	o.close()
}

func (o *objects) actor(a *Actor) {
	o.open()
	o.optional("address", a.Address)
	o.optional("connection", a.Connection)
	o.optional("credential", a.Credential)
	o.list("groups", a.Groups)
	o.optional("subject", a.Subject)
	o.optional("tier", a.Tier)
	o.text("user", a.User)
	o.close()
}

func (o *objects) decision(d *Decision) {
	o.open()
	o.text("effect", string(d.Effect))
	o.boolean("enforced", d.Enforced)
	if len(d.Findings) > 0 {
		o.name("findings")
		o.b = append(o.b, '[')
		for i := range d.Findings {
			if i > 0 {
				o.b = append(o.b, ',')
			}
			o.finding(&d.Findings[i])
		}
		o.b = append(o.b, ']')
	}
	o.optional("hint", d.Hint)
	o.text("id", d.ID)
	if len(d.Layers) > 0 {
		o.name("layers")
		o.b = append(o.b, '[')
		for i := range d.Layers {
			if i > 0 {
				o.b = append(o.b, ',')
			}
			o.layer(&d.Layers[i])
		}
		o.b = append(o.b, ']')
	}
	o.number("policy_version", d.PolicyVersion)
	o.text("reason", d.Reason)
	o.close()
}

func (o *objects) finding(f *policy.Finding) {
	o.open()
	if f.At != nil {
		o.name("at")
		o.open()
		o.number("length", int64(f.At.Length))
		o.number("offset", int64(f.At.Offset))
		o.close()
	}
	o.text("control", f.Control)
	o.optional("hint", f.Hint)
	o.text("layer", f.Layer)
	o.text("message", f.Message)
	o.optional("relaxed", f.Relaxed)
	o.optional("rule", f.Rule)
	o.close()
}

func (o *objects) layer(v *policy.LayerVerdict) {
	o.open()
	o.text("effect", string(v.Effect))
	o.text("layer", v.Layer)
	o.optional("matched", v.Matched)
	o.optional("message", v.Message)
	o.text("mode", string(v.Mode))
	o.optional("rule", v.Rule)
	o.close()
}

func (o *objects) effects(e *policy.Effects) {
	o.open()
	o.list("commands", e.Commands)
	o.list("reads", e.Reads)
	if e.Unresolved {
		o.boolean("unresolved", true)
	}
	o.list("writes", e.Writes)
	o.close()
}
