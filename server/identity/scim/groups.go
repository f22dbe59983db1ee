package scim

import (
	"errors"

	"github.com/gofiber/fiber/v2"

	"ambit/server/caller"
	"ambit/server/identity/idp"
)

func (s *Service) listGroups(c *fiber.Ctx) error {
	l, err := groups.listing(c)
	if err != nil {
		return err
	}
	p := page{listing: &l}
	connection := caller.Of(c).Connection
	if l.filter == nil {
		if p.total, err = s.store.CountGroups(c.UserContext(), connection); err != nil {
			return err
		}
		if l.count == 0 {
			return p.send(c)
		}
	}
	err = s.store.EachGroup(c.UserContext(), connection, l.find, func(g *idp.Group) error {
		p.add(s.group(g), len(g.Members))
		return p.stop()
	})
	if err != nil && !errors.Is(err, errStop) {
		return err
	}
	return p.send(c)
}

func (s *Service) getGroup(c *fiber.Ctx) error {
	p, err := groups.asked(c)
	if err != nil {
		return err
	}
	found, err := s.findGroup(c, param(c), p.wants("members"))
	if err != nil {
		return err
	}
	return send(c, fiber.StatusOK, s.group(found), &p, found.UpdatedAt)
}

func (s *Service) findGroup(c *fiber.Ctx, id string, members bool) (found *idp.Group, err error) {
	err = s.store.EachGroup(c.UserContext(), caller.Of(c).Connection, idp.Find{ID: id, Limit: 1, Related: members}, func(g *idp.Group) error {
		found = g
		return nil
	})
	if err == nil && found == nil {
		err = notFound(groups, id)
	}
	return found, err
}

// sentGroup is a whole group as a client sends it.
type sentGroup struct {
	projection
	attributes object
	members    []string
	named      bool // members were named, be it as an empty list
}

func readGroup(c *fiber.Ctx) (g sentGroup, err error) {
	if g.projection, err = groups.asked(c); err != nil {
		return g, err
	}
	sent, err := body(c)
	if err != nil {
		return g, err
	}
	members := get(sent, "members")
	_, g.named = keyOf(sent, "members")
	if g.members, err = memberIDs(members); err != nil {
		return g, err
	}
	unset(sent, "members")
	g.attributes, err = groups.clean(sent)
	return g, err
}

func (s *Service) createGroup(c *fiber.Ctx) error {
	sent, err := readGroup(c)
	if err != nil {
		return err
	}
	var g idp.Group
	if err := fillGroup(&g, sent.attributes); err != nil {
		return err
	}
	made, err := s.store.AddGroup(c.UserContext(), caller.Of(c), caller.Address(c), &g, sent.members)
	if err != nil {
		return err
	}
	return s.sendGroup(c, fiber.StatusCreated, made.ID, &sent.projection)
}

// sendGroup answers with a group as it is now.
func (s *Service) sendGroup(c *fiber.Ctx, status int, id string, p *projection) error {
	g, err := s.findGroup(c, id, p.wants("members"))
	if err != nil {
		return err
	}
	return send(c, status, s.group(g), p, g.UpdatedAt)
}

// replaceGroup replaces the whole group. Members who are left out altogether stay: the standard leaves that open (RFC 7644,
// section 3.5.1), and a list that nobody sent is unknown, not empty.
func (s *Service) replaceGroup(c *fiber.Ctx) error {
	sent, err := readGroup(c)
	if err != nil {
		return err
	}
	id, check := param(c), unchanged(c)
	_, err = s.store.ChangeGroup(c.UserContext(), caller.Of(c), caller.Address(c), id, func(g *idp.Group, _ func() ([]idp.Ref, error)) (idp.Membership, error) {
		m := idp.Membership{Replace: sent.named, Add: sent.members}
		if err := check(g.UpdatedAt); err != nil {
			return m, err
		}
		return m, fillGroup(g, sent.attributes)
	})
	if err != nil {
		return err
	}
	return s.sendGroup(c, fiber.StatusOK, id, &sent.projection)
}

// patchGroup answers without a body unless the client asks for attributes: groups are large, and changed one member at a time.
func (s *Service) patchGroup(c *fiber.Ctx) error {
	p, err := groups.asked(c)
	if err != nil {
		return err
	}
	sent, err := body(c)
	if err != nil {
		return err
	}
	ops, err := groups.operations(sent)
	if err != nil {
		return err
	}
	id, check := param(c), unchanged(c)
	g, err := s.store.ChangeGroup(c.UserContext(), caller.Of(c), caller.Address(c), id, func(g *idp.Group, members func() ([]idp.Ref, error)) (idp.Membership, error) {
		if err := check(g.UpdatedAt); err != nil {
			return idp.Membership{}, err
		}
		return patchGroup(g, members, ops)
	})
	if err != nil {
		return err
	}
	if p.narrowed() {
		return s.sendGroup(c, fiber.StatusOK, id, &p)
	}
	c.Set(fiber.HeaderETag, version(g.UpdatedAt))
	return c.SendStatus(fiber.StatusNoContent)
}

// patchGroup applies the operations in their order: all of them or, on an error, none. What isn't named stays: a new name
// must not empty a group.
func patchGroup(g *idp.Group, current func() ([]idp.Ref, error), ops []operation) (idp.Membership, error) {
	o := object{"displayName": g.Name}
	if g.ExternalID != "" {
		o["externalId"] = g.ExternalID
	}
	m := newMembership(current)
	for i := range ops {
		flat, err := groups.flat(&ops[i])
		if err != nil {
			return idp.Membership{}, err
		}
		for j := range flat {
			if flat[j].isMembers() {
				err = m.apply(&flat[j])
			} else {
				err = groups.apply(o, &flat[j])
			}
			if err != nil {
				return idp.Membership{}, err
			}
		}
	}
	return m.result(), fillGroup(g, o)
}

func (s *Service) deleteGroup(c *fiber.Ctx) error {
	check := unchanged(c)
	err := s.store.RemoveGroup(c.UserContext(), caller.Of(c), caller.Address(c), param(c), func(g *idp.Group) error { return check(g.UpdatedAt) })
	if err != nil {
		return err
	}
	return c.SendStatus(fiber.StatusNoContent)
}
