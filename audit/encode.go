package audit

import (
	"encoding/json"
	"slices"
	"strconv"
	"time"
)

// encoded is an event in canonical JSON but for seq and time, which the writer puts in. Members are sorted, so the text
// falls into three parts:
//
//	{"action":…,"schema":"ambit.audit/v1"   ,"seq":N   ,"session":"…"   ,"time":"…"   ,"type":"…"}
type encoded struct {
	buf       []byte
	beforeSeq int // buf[:beforeSeq] ends before seq
	afterSeq  int // buf[beforeSeq:afterSeq] is between seq and time, the rest comes after time
}

const timeFormat = "2006-01-02T15:04:05.000Z"

// splice appends the whole event to b.
func (e *encoded) splice(b []byte, seq int64, at time.Time) []byte {
	b = append(b, e.buf[:e.beforeSeq]...)
	b = append(b, `,"seq":`...)
	b = strconv.AppendInt(b, seq, 10)
	b = append(b, e.buf[e.beforeSeq:e.afterSeq]...)
	b = append(b, `,"time":"`...)
	b = at.UTC().AppendFormat(b, timeFormat)
	b = append(b, '"')
	return append(b, e.buf[e.afterSeq:]...)
}

// encode writes e into buf. e.ID must be set; e.Seq and e.Time are left out.
func encode(buf []byte, e *Event) (encoded, error) {
	o := objects{b: buf[:0]}
	o.open()
	if e.Action != nil {
		o.name("action")
		o.action(e.Action)
	}
	o.name("actor")
	o.actor(&e.Actor)
	if e.Agent != nil {
		o.name("agent")
		o.open()
		o.optional("id", e.Agent.ID)
		o.text("name", e.Agent.Name)
		o.optional("version", e.Agent.Version)
		o.close()
	}
	o.optional("asked_by", e.AskedBy)
	if c := e.Change; c != nil {
		o.name("change")
		o.open()
		o.raw("after", c.After)
		o.raw("before", c.Before)
		o.optional("id", c.ID)
		o.text("object", c.Object)
		o.close()
	}
	if c := e.Correlation; c != nil {
		o.name("correlation")
		o.open()
		o.optional("approval", c.Approval)
		o.optional("decision", c.Decision)
		o.optional("prompt_id", c.PromptID)
		o.optional("request", c.Request)
		o.optional("tool_use_id", c.ToolUseID)
		o.close()
	}
	o.optional("cwd", e.Cwd)
	if e.Decision != nil {
		o.name("decision")
		o.decision(e.Decision)
	}
	if e.Effects != nil {
		o.name("effects")
		o.effects(e.Effects)
	}
	o.text("id", e.ID)
	if e.Masked != 0 {
		o.number("masked", int64(e.Masked))
	}
	o.raw("outcome", e.Outcome)
	o.text("phase", e.Phase)
	if p := e.Prompt; p != nil {
		o.name("prompt")
		o.open()
		o.optional("digest", p.Digest)
		o.boolean("recorded", p.Recorded)
		o.close()
	}
	o.provenance(e.Provenance)
	o.optional("purpose", e.Purpose)
	o.optional("repository", e.Repository)
	o.text("schema", Schema)
	beforeSeq := len(o.b)
	o.optional("session", e.Session)
	afterSeq := len(o.b)
	o.text("type", e.Type)
	o.close()
	return encoded{o.b, beforeSeq, afterSeq}, o.err
}

// objects writes JSON objects whose members the caller gives in sorted order.
type objects struct {
	b   []byte
	err error // the first one
}

func (o *objects) open()  { o.b = append(o.b, '{') }
func (o *objects) close() { o.b = append(o.b, '}') }

// name begins a member; names are ours and need no escapes.
func (o *objects) name(name string) {
	if o.b[len(o.b)-1] != '{' {
		o.b = append(o.b, ',')
	}
	o.b = append(o.b, '"')
	o.b = append(o.b, name...)
	o.b = append(o.b, '"', ':')
}

func (o *objects) text(name, value string) {
	o.name(name)
	o.b = appendString(o.b, value)
}

func (o *objects) optional(name, value string) {
	if value != "" {
		o.text(name, value)
	}
}

func (o *objects) number(name string, value int64) {
	o.name(name)
	o.b = strconv.AppendInt(o.b, value, 10)
}

func (o *objects) boolean(name string, value bool) {
	o.name(name)
	o.b = strconv.AppendBool(o.b, value)
}

func (o *objects) list(name string, values []string) {
	if len(values) == 0 {
		return
	}
	o.name(name)
	o.b = append(o.b, '[')
	for i, v := range values {
		if i > 0 {
			o.b = append(o.b, ',')
		}
		o.b = appendString(o.b, v)
	}
	o.b = append(o.b, ']')
}

// raw writes foreign JSON in canonical form, or nothing where there is none.
func (o *objects) raw(name string, value json.RawMessage) {
	if len(value) == 0 {
		return
	}
	o.name(name)
	b, err := appendCanonical(o.b, value)
	if err != nil {
		if o.err == nil {
			o.err = err
		}
		return
	}
	o.b = b
}

func (o *objects) provenance(facts map[string]string) {
	if len(facts) == 0 {
		return
	}
	var space [16]string
	names := space[:0]
	for name := range facts {
		names = append(names, name)
	}
	slices.SortFunc(names, compareUTF16)
	o.name("provenance")
	o.open()
	for i, name := range names {
		if i > 0 {
			o.b = append(o.b, ',')
		}
		o.b = append(appendString(o.b, name), ':')
		o.b = appendString(o.b, facts[name])
	}
	o.close()
}
