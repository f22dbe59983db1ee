package scim

import (
	"strings"

	"ambit/server/identity/idp"
)

// narrow turns the parts of a filter that must hold into what the store has an index for: providers ask "userName eq" before
// every change. The whole filter is judged afterwards all the same, so what is not narrowed here is only slower.
func (k *kind) narrow(f *filter, into *idp.Find) {
	if f.op == opAnd {
		k.narrow(f.left, into)
		k.narrow(f.right, into)
		return
	}
	want, ok := f.literal.(string)
	if f.op != opEqual || !ok || want == "" || f.inner != nil || f.path.urn != "" {
		return
	}
	switch strings.ToLower(f.path.String()) {
	case "id":
		into.ID = want
	case "externalid":
		into.ExternalID = want
	case "username":
		into.UserName = want
	case "displayname":
		if k == groups {
			into.Name = want
		}
	case "members", "members.value":
		if k == groups {
			into.Member = want
		}
	}
}

// mentions reports whether a filter asks about an attribute.
func (f *filter) mentions(name string) bool {
	if f == nil {
		return false
	}
	return f.left.mentions(name) || f.right.mentions(name) || f.path.urn == "" && strings.EqualFold(f.path.name, name)
}
