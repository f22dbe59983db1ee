package console

import (
	"github.com/gofiber/fiber/v2"

	"ambit/server/caller"
)

// getCredentialSettings says how long agents' credentials live.
func (a *API) getCredentialSettings(c *fiber.Ctx) error {
	return c.JSON(a.Credentials.CredentialSettings())
}

type credentialSettingsRequest struct {
	AccessMinutes int `json:"access_minutes" validate:"required"`
	FamilyDays    int `json:"family_days" validate:"required"`
}

// setCredentialSettings changes it. Sign-ins that are older than the new maximum end at once.
func (a *API) setCredentialSettings(c *fiber.Ctx) error {
	var r credentialSettingsRequest
	if err := bind(c, &r); err != nil {
		return err
	}
	set := caller.CredentialSettings{AccessMinutes: r.AccessMinutes, FamilyDays: r.FamilyDays}
	if err := a.Credentials.SetCredentialSettings(c.UserContext(), caller.Of(c), set, caller.Address(c)); err != nil {
		return err
	}
	return a.getCredentialSettings(c)
}
