package scim

import (
	"strings"

	"ambit/server/identity/idp"
)

const maxMembers = 50_000 // in one request

// isMembers reports whether an operation is about a group's members.
func (op *operation) isMembers() bool {
	return op.target != nil && op.target.path.urn == "" && strings.EqualFold(op.target.path.name, "members")
}

// membership collects the changes of one request in their order, so that a large group need not be read to add somebody.
type membership struct {
	current func() ([]idp.Ref, error) // the members before; called only where a filter has to be judged
	replace bool
	add     map[string]bool
	remove  map[string]bool
	order   []string // of the additions
}

func newMembership(current func() ([]idp.Ref, error)) *membership {
	return &membership{current: current, add: map[string]bool{}, remove: map[string]bool{}}
}

// apply takes in one operation.
func (m *membership) apply(op *operation) error {
	if sub := strings.ToLower(op.target.path.sub); sub != "" {
		if sub == "value" {
			return bad(typeMutability, "a member's value can't be changed").withHint("Remove the member and add another.")
		}
		return nil // what members are called is the user's own business
	}
	if op.target.inner != nil {
		if op.op != opRemove {
			return bad(typePath, "%s takes the path members without a filter", op.op)
		}
		return m.removeChosen(op.target.inner)
	}
	ids, err := memberIDs(op.value)
	if err != nil {
		return err
	}
	switch {
	case op.op == opAdd:
		m.addAll(ids)
	case op.op == opReplace || op.value == nil: // to remove members without naming any removes all
		m.replace, m.add, m.remove, m.order = true, map[string]bool{}, map[string]bool{}, nil
		if op.op == opReplace {
			m.addAll(ids)
		}
	default:
		m.removeAll(ids)
	}
	return nil
}

func (m *membership) addAll(ids []string) {
	for _, id := range ids {
		delete(m.remove, id)
		if !m.add[id] {
			m.add[id] = true
			m.order = append(m.order, id)
		}
	}
}

func (m *membership) removeAll(ids []string) {
	for _, id := range ids {
		delete(m.add, id)
		if !m.replace {
			m.remove[id] = true
		}
	}
}

// removeChosen removes who fits a filter. Providers ask by id, which needs no look at the members.
func (m *membership) removeChosen(f *filter) error {
	if ids, ok := f.ids(nil); ok {
		m.removeAll(ids)
		return nil
	}
	now, err := m.current()
	if err != nil {
		return err
	}
	var chosen []string
	for _, ref := range now {
		if f.matchValue(object{"value": ref.ID, "display": ref.Name, "type": "User"}) {
			chosen = append(chosen, ref.ID)
		}
	}
	m.removeAll(chosen)
	return nil
}

// ids lists whom a filter names by id alone.
func (f *filter) ids(into []string) ([]string, bool) {
	switch f.op {
	case opOr:
		left, ok := f.left.ids(into)
		if !ok {
			return nil, false
		}
		return f.right.ids(left)
	case opEqual:
		id, ok := f.literal.(string)
		return append(into, id), ok && strings.EqualFold(f.path.name, "value")
	default:
		return nil, false
	}
}

// result is what the store has to do.
func (m *membership) result() idp.Membership {
	out := idp.Membership{Replace: m.replace}
	for _, id := range m.order {
		if m.add[id] {
			delete(m.add, id) // somebody removed and added again stands twice in order
			out.Add = append(out.Add, id)
		}
	}
	for id := range m.remove {
		out.Remove = append(out.Remove, id)
	}
	return out
}

// memberIDs reads a list of members: objects with a value, or bare ids.
func memberIDs(v any) ([]string, error) {
	sent := list(v)
	if len(sent) > maxMembers {
		return nil, bad(typeTooMany, "a request may name at most %d members", maxMembers)
	}
	ids := make([]string, 0, len(sent))
	for _, v := range sent {
		if o, ok := v.(object); ok {
			if strings.EqualFold(text(o, "type"), "Group") {
				return nil, bad(typeValue, "groups in groups are not supported").withHint("Assign the users of the inner group directly.")
			}
			v = get(o, "value")
		}
		id, ok := v.(string)
		if !ok || id == "" || len(id) > maxName {
			return nil, bad(typeValue, "every member needs a value: the id of a user")
		}
		ids = append(ids, id)
	}
	return ids, nil
}
