package decision

import (
	"errors"
	"fmt"
)

// evaluation is one AuthZEN evaluation request as it came: the entities' texts are read, their meaning not yet judged.
// In a batch, an entity of an item replaces the default one as a whole (AuthZEN Authorization API 1.0, section 7.1.1).
type evaluation struct {
	subject  *subject
	action   *action
	resource *resource
	context  *contextFacts
}

type subject struct {
	typ, id string
	groups  []string
}

type action struct {
	name       string
	properties []byte // a JSON object, or nil
}

type resource struct {
	typ, id        string
	root, cwd      string
	home, tmp      string
	platform       string
	caseSensitive  bool
	caseSensitives bool // case_sensitive was given
}

type contextFacts struct {
	agent, agentID      string
	session             string
	toolUseID, promptID string
	prompt              string
	purpose             string
}

// at names the member in which a value of the wrong type stands.
func at(member string, err error) error {
	if err == nil {
		return nil
	}
	var m *mistyped
	if !errors.As(err, &m) {
		return err
	}
	if m.place != "" {
		member += "." + m.place
	}
	return &mistyped{place: member, want: m.want}
}

func atKey(key []byte, err error) error {
	if err == nil {
		return nil
	}
	return at(string(key), err)
}

// member reads the value of one entity. ok is false for a member that isn't an entity.
func (e *evaluation) member(r *reader, key []byte) (ok bool, err error) {
	switch string(key) {
	case "subject":
		e.subject = &subject{}
		return true, r.entity(string(key), e.subject.member)
	case "action":
		e.action = &action{}
		return true, r.entity(string(key), e.action.member)
	case "resource":
		e.resource = &resource{}
		return true, r.entity(string(key), e.resource.member)
	case "context":
		if r.null() {
			return true, nil
		}
		e.context = &contextFacts{}
		return true, r.entity(string(key), e.context.member)
	}
	return false, nil
}

func (r *reader) entity(name string, member func(r *reader, key []byte) error) error {
	return at(name, r.object(func(key []byte) error { return atKey(key, member(r, key)) }))
}

func (s *subject) member(r *reader, key []byte) (err error) {
	switch string(key) {
	case "type":
		s.typ, err = r.string()
	case "id":
		s.id, err = r.string()
	case "properties":
		return r.properties(func(key []byte) error {
			if string(key) != "groups" {
				return r.skip()
			}
			if r.null() {
				return nil
			}
			return r.array(func(int) error {
				g, err := r.string()
				s.groups = append(s.groups, g)
				return err
			})
		})
	default:
		return r.skip()
	}
	return err
}

func (a *action) member(r *reader, key []byte) (err error) {
	switch string(key) {
	case "name":
		a.name, err = r.string()
	case "properties":
		if r.null() {
			return nil
		}
		if r.peek() != '{' {
			return r.want("an object")
		}
		a.properties, err = r.raw()
	default:
		return r.skip()
	}
	return err
}

func (o *resource) member(r *reader, key []byte) (err error) {
	switch string(key) {
	case "type":
		o.typ, err = r.string()
	case "id":
		o.id, err = r.string()
	case "properties":
		return r.properties(func(key []byte) error {
			switch string(key) {
			case "root":
				return r.text(&o.root)
			case "cwd":
				return r.text(&o.cwd)
			case "home":
				return r.text(&o.home)
			case "tmp":
				return r.text(&o.tmp)
			case "platform":
				return r.text(&o.platform)
			case "case_sensitive":
				if r.null() {
					return nil
				}
				o.caseSensitives = true
				var err error
				o.caseSensitive, err = r.bool()
				return err
			}
			return r.skip()
		})
	default:
		return r.skip()
	}
	return err
}

func (x *contextFacts) member(r *reader, key []byte) error {
	switch string(key) {
	case "agent":
		return r.text(&x.agent)
	case "agent_id":
		return r.text(&x.agentID)
	case "session_id":
		return r.text(&x.session)
	case "tool_use_id":
		return r.text(&x.toolUseID)
	case "prompt_id":
		return r.text(&x.promptID)
	case "prompt":
		return r.text(&x.prompt)
	case "purpose":
		return r.text(&x.purpose)
	}
	return r.skip()
}

// properties reads an optional object.
func (r *reader) properties(member func(key []byte) error) error {
	if r.null() {
		return nil
	}
	return r.object(func(key []byte) error { return atKey(key, member(key)) })
}

// text reads an optional string.
func (r *reader) text(to *string) (err error) {
	if r.null() {
		return nil
	}
	*to, err = r.string()
	return err
}

// complete checks that the members which the standard requires are there.
func (e *evaluation) complete() error {
	switch {
	case e.subject == nil:
		return missing("subject")
	case e.subject.typ == "":
		return missing("subject.type")
	case e.subject.id == "":
		return missing("subject.id")
	case e.action == nil:
		return missing("action")
	case e.action.name == "":
		return missing("action.name")
	case e.resource == nil:
		return missing("resource")
	case e.resource.typ == "":
		return missing("resource.type")
	}
	if p := e.context; p != nil && p.purpose != "" && p.purpose != purposeEnforce && p.purpose != purposeQuery {
		return errors.New("context.purpose: expected enforce or query")
	}
	return nil
}

func missing(member string) error { return fmt.Errorf("%s is missing", member) }
