package scim

import (
	"github.com/gofiber/fiber/v2"

	"ambit/server/caller"
	"ambit/server/identity/idp"
)

func (s *Service) listUsers(c *fiber.Ctx) error {
	l, err := users.listing(c)
	if err != nil {
		return err
	}
	p := page{listing: &l}
	connection := caller.Of(c).Connection
	if l.filter == nil {
		if p.total, err = s.store.CountUsers(c.UserContext(), connection); err != nil {
			return err
		}
		if l.count == 0 {
			return p.send(c)
		}
	}
	err = s.store.EachUser(c.UserContext(), connection, l.find, func(u *idp.User) error {
		o, err := s.user(u)
		if err == nil {
			p.add(o, 0)
		}
		return err
	})
	if err != nil {
		return err
	}
	return p.send(c)
}

func (s *Service) getUser(c *fiber.Ctx) error {
	p, err := users.asked(c)
	if err != nil {
		return err
	}
	id := param(c)
	var found *idp.User
	err = s.store.EachUser(c.UserContext(), caller.Of(c).Connection, idp.Find{ID: id, Limit: 1, Related: p.wants("groups")}, func(u *idp.User) error {
		found = u
		return nil
	})
	if err == nil && found == nil {
		err = notFound(users, id)
	}
	if err != nil {
		return err
	}
	return s.sendUser(c, fiber.StatusOK, found, &p)
}

func (s *Service) sendUser(c *fiber.Ctx, status int, u *idp.User, p *projection) error {
	o, err := s.user(u)
	if err != nil {
		return err
	}
	return send(c, status, o, p, u.UpdatedAt)
}

// sentUser reads a whole user.
func sentUser(c *fiber.Ctx) (object, projection, error) {
	p, err := users.asked(c)
	if err != nil {
		return nil, p, err
	}
	sent, err := body(c)
	if err != nil {
		return nil, p, err
	}
	o, err := users.clean(sent)
	return o, p, err
}

func (s *Service) createUser(c *fiber.Ctx) error {
	o, p, err := sentUser(c)
	if err != nil {
		return err
	}
	u := idp.User{Active: true}
	if err := fill(&u, o); err != nil {
		return err
	}
	made, err := s.store.AddUser(c.UserContext(), caller.Of(c), caller.Address(c), &u)
	if err != nil {
		return err
	}
	return s.sendUser(c, fiber.StatusCreated, &made, &p)
}

func (s *Service) replaceUser(c *fiber.Ctx) error {
	o, p, err := sentUser(c)
	if err != nil {
		return err
	}
	return s.changeUser(c, &p, func(u *idp.User) error { return fill(u, o) })
}

func (s *Service) patchUser(c *fiber.Ctx) error {
	p, err := users.asked(c)
	if err != nil {
		return err
	}
	sent, err := body(c)
	if err != nil {
		return err
	}
	ops, err := users.operations(sent)
	if err != nil {
		return err
	}
	return s.changeUser(c, &p, func(u *idp.User) error { return patchUser(u, ops) })
}

// patchUser applies the operations in their order: all of them or, on an error, none.
func patchUser(u *idp.User, ops []operation) error {
	o, err := parse(u.Attributes)
	if err != nil {
		return err
	}
	o["active"] = u.Active
	for i := range ops {
		flat, err := users.flat(&ops[i])
		if err != nil {
			return err
		}
		for j := range flat {
			if err := users.apply(o, &flat[j]); err != nil {
				return err
			}
		}
	}
	if _, ok := get(o, "active").(bool); !ok {
		return bad(typeValue, "active must be true or false").withHint("Set it to false to deactivate the user.")
	}
	return fill(u, o)
}

func (s *Service) changeUser(c *fiber.Ctx, p *projection, change func(*idp.User) error) error {
	check := unchanged(c)
	u, err := s.store.ChangeUser(c.UserContext(), caller.Of(c), caller.Address(c), param(c), func(u *idp.User) error {
		if err := check(u.UpdatedAt); err != nil {
			return err
		}
		return change(u)
	})
	if err != nil {
		return err
	}
	return s.sendUser(c, fiber.StatusOK, &u, p)
}

func (s *Service) deleteUser(c *fiber.Ctx) error {
	check := unchanged(c)
	err := s.store.RemoveUser(c.UserContext(), caller.Of(c), caller.Address(c), param(c), func(u *idp.User) error { return check(u.UpdatedAt) })
	if err != nil {
		return err
	}
	return c.SendStatus(fiber.StatusNoContent)
}
