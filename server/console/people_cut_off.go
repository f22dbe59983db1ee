package console

import (
	"strings"

	"github.com/gofiber/fiber/v2"

	"ambit/server/caller"
)

type cutOffRequest struct {
	Why string `json:"why" validate:"max=500"` // for the ledger
}

// cutOffPerson ends everything that a person is signed in with: the next request with any of it is refused.
func (a *API) cutOffPerson(c *fiber.Ctx) error {
	var r cutOffRequest
	if err := bind(c, &r); err != nil {
		return err
	}
	if err := a.Directory.CutOff(c.UserContext(), caller.Of(c), strings.Clone(c.Params("id")), r.Why, caller.Address(c)); err != nil {
		return err
	}
	return c.SendStatus(fiber.StatusNoContent)
}

// cutOffEverybody ends every session and credential but the session that asks.
func (a *API) cutOffEverybody(c *fiber.Ctx) error {
	var r cutOffRequest
	if err := bind(c, &r); err != nil {
		return err
	}
	if err := a.Directory.CutOffEverybody(c.UserContext(), caller.Of(c), r.Why, caller.Address(c)); err != nil {
		return err
	}
	return c.SendStatus(fiber.StatusNoContent)
}

// disablePerson bars a person: out at once, and no way in until enabled again.
func (a *API) disablePerson(c *fiber.Ctx) error { return a.setDisabled(c, true) }

// enablePerson lets a person sign in again.
func (a *API) enablePerson(c *fiber.Ctx) error { return a.setDisabled(c, false) }

func (a *API) setDisabled(c *fiber.Ctx, disabled bool) error {
	if err := a.Directory.SetDisabled(c.UserContext(), caller.Of(c), strings.Clone(c.Params("id")), disabled, caller.Address(c)); err != nil {
		return err
	}
	return c.SendStatus(fiber.StatusNoContent)
}

// endSession ends one console session.
func (a *API) endSession(c *fiber.Ctx) error {
	if err := a.Directory.EndSession(c.UserContext(), caller.Of(c), strings.Clone(c.Params("id")), caller.Address(c)); err != nil {
		return err
	}
	return c.SendStatus(fiber.StatusNoContent)
}

type linkRequest struct {
	Account string `json:"account" validate:"required,max=64"`
}

// linkAccount gives an account to this person: an admin says that both are the same one.
func (a *API) linkAccount(c *fiber.Ctx) error {
	var r linkRequest
	if err := bind(c, &r); err != nil {
		return err
	}
	if err := a.Directory.LinkAccount(c.UserContext(), caller.Of(c), r.Account, strings.Clone(c.Params("id")), caller.Address(c)); err != nil {
		return err
	}
	return c.SendStatus(fiber.StatusNoContent)
}
