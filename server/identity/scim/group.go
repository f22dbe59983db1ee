package scim

import (
	"ambit/server/identity/idp"
)

// group is the resource of a group (RFC 7643, section 4.2).
func (s *Service) group(g *idp.Group) object {
	o := object{"displayName": g.Name}
	if g.ExternalID != "" {
		o["externalId"] = g.ExternalID
	}
	if len(g.Members) > 0 {
		in := make([]any, len(g.Members))
		for i, m := range g.Members {
			in[i] = object{"value": m.ID, "display": m.Name, "$ref": s.location(users, m.ID), "type": "User"}
		}
		o["members"] = in
	}
	s.stamp(o, groups, g.ID, []any{urnGroup}, g.CreatedAt, g.UpdatedAt)
	return o
}

// fillGroup puts a resource's attributes into g; those that no schema knows are not kept.
func fillGroup(g *idp.Group, o object) (err error) {
	if g.Name, err = name(o, "displayName", true); err != nil {
		return err
	}
	g.ExternalID, err = name(o, "externalId", false)
	return err
}
