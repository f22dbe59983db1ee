package scim

import (
	"encoding/json"
	"net/mail"
	"strings"

	"ambit/server/identity/idp"
)

// The bounds of what is kept.
const (
	maxUser = 64 << 10 // bytes of attributes as JSON
	maxName = 256      // bytes of userName, externalId, displayName
)

// fill puts a resource's attributes into u. What active was stays where the client doesn't say: a user who was cut off must not
// come back because a whole update leaves the attribute out.
func fill(u *idp.User, o object) error {
	var err error
	if u.UserName, err = name(o, "userName", true); err != nil {
		return err
	}
	if u.ExternalID, err = name(o, "externalId", false); err != nil {
		return err
	}
	if active, ok := get(o, "active").(bool); ok {
		u.Active = active
	}
	unset(o, "active") // the store's own column says it
	u.Email, u.Name = emailOf(o, u.UserName), nameOf(o, u.UserName)
	if u.Attributes, err = json.Marshal(o); err != nil {
		return err
	}
	if len(u.Attributes) > maxUser {
		return bad(typeTooMany, "a user may have at most %d bytes of attributes", maxUser)
	}
	return nil
}

func name(o object, attr string, required bool) (string, error) {
	s := text(o, attr)
	switch {
	case strings.TrimSpace(s) == "" && required:
		return "", bad(typeValue, "%s is required", attr)
	case len(s) > maxName:
		return "", bad(typeValue, "%s is longer than %d bytes", attr, maxName)
	case strings.ContainsFunc(s, func(r rune) bool { return r < ' ' || r == 0x7f }):
		return "", bad(typeValue, "%s has control characters", attr)
	}
	return s, nil
}

// emailOf is the address that counts: the primary one, else that for work, else the first; without any, a userName that is one.
func emailOf(o object, userName string) string {
	best, rank := "", 0
	for _, v := range list(get(o, "emails")) {
		e, ok := v.(object)
		if !ok || !isAddress(text(e, "value")) {
			continue
		}
		r := 1
		if get(e, "primary") == true {
			r = 3
		} else if strings.EqualFold(text(e, "type"), "work") {
			r = 2
		}
		if r > rank {
			best, rank = text(e, "value"), r
		}
	}
	if best == "" && isAddress(userName) {
		best = userName
	}
	return strings.ToLower(best)
}

func isAddress(s string) bool {
	a, err := mail.ParseAddress(s)
	return err == nil && a.Address == s && a.Name == "" && len(s) <= 254
}

// nameOf is what people call the user.
func nameOf(o object, userName string) string {
	parts, _ := get(o, "name").(object)
	for _, s := range []string{text(o, "displayName"), text(parts, "formatted"), text(parts, "givenName") + " " + text(parts, "familyName")} {
		s = strings.TrimSpace(strings.Map(func(r rune) rune {
			if r < ' ' || r == 0x7f {
				return -1
			}
			return r
		}, s))
		if s != "" && len(s) <= 200 {
			return s
		}
	}
	return userName
}

// user is the resource of a user (RFC 7643, section 4.1), with everything that Ambit adds.
func (s *Service) user(u *idp.User) (object, error) {
	o, err := parse(u.Attributes)
	if err != nil {
		return nil, err
	}
	schemas := []any{urnUser}
	for _, name := range sorted(o) {
		if _, ok := o[name].(object); ok && isURN(name) {
			schemas = append(schemas, name)
		}
	}
	o["active"] = u.Active
	if _, ok := o["userName"]; !ok {
		o["userName"] = u.UserName
	}
	var in []any
	for _, g := range u.Groups {
		in = append(in, object{"value": g.ID, "display": g.Name, "$ref": s.location(groups, g.ID), "type": "direct"})
	}
	if in != nil {
		o["groups"] = in
	}
	s.stamp(o, users, u.ID, schemas, u.CreatedAt, u.UpdatedAt)
	return o, nil
}
