package console

import (
	"encoding/json"
	"strings"

	"github.com/gofiber/fiber/v2"

	"ambit/server/caller"
)

// connectionRequest is what an admin may set. Secrets that are left out stay as they are.
type connectionRequest struct {
	Name    string            `json:"name" validate:"required,max=200"`
	Domains []string          `json:"domains" validate:"max=200,dive,required,max=255"`
	Testers []string          `json:"testers" validate:"max=500,dive,required,max=255"`
	Config  json.RawMessage   `json:"config" validate:"required"`
	Secrets map[string]string `json:"secrets" validate:"max=4,dive,keys,max=40,endkeys,max=4096"`
}

type createConnectionRequest struct {
	ID   string `json:"id" validate:"required,max=40"`
	Kind string `json:"kind" validate:"required,oneof=oidc saml workload"`
	connectionRequest
}

func (r *connectionRequest) connection(id, kind string) caller.Connection {
	return caller.Connection{ID: id, Kind: kind, Name: r.Name, Domains: r.Domains, Testers: r.Testers, Config: r.Config, Secrets: r.Secrets}
}

// createConnection adds a connection as a draft: nobody is signed in by it before it is promoted.
func (a *API) createConnection(c *fiber.Ctx) error {
	var r createConnectionRequest
	if err := bind(c, &r); err != nil {
		return err
	}
	conn := r.connection(r.ID, r.Kind)
	if err := a.SignOn.Create(c.UserContext(), caller.Of(c), &conn, caller.Address(c)); err != nil {
		return err
	}
	return a.sendConnection(c, r.ID, fiber.StatusCreated)
}

// updateConnection changes name, domains, testers, configuration and secrets.
func (a *API) updateConnection(c *fiber.Ctx) error {
	var r connectionRequest
	if err := bind(c, &r); err != nil {
		return err
	}
	id := strings.Clone(c.Params("id"))
	conn := r.connection(id, "")
	if err := a.SignOn.Update(c.UserContext(), caller.Of(c), &conn, caller.Address(c)); err != nil {
		return err
	}
	return a.sendConnection(c, id, fiber.StatusOK)
}

type stageRequest struct {
	Stage string `json:"stage" validate:"required,oneof=draft staging live disabled"`
}

// stageConnection promotes a connection or takes it back. Whoever it signs in no longer is out at once.
func (a *API) stageConnection(c *fiber.Ctx) error {
	var r stageRequest
	if err := bind(c, &r); err != nil {
		return err
	}
	id := strings.Clone(c.Params("id"))
	if err := a.SignOn.Stage(c.UserContext(), caller.Of(c), id, r.Stage, caller.Address(c)); err != nil {
		return err
	}
	return a.sendConnection(c, id, fiber.StatusOK)
}

// deleteConnection removes a connection that isn't live.
func (a *API) deleteConnection(c *fiber.Ctx) error {
	if err := a.SignOn.Delete(c.UserContext(), caller.Of(c), strings.Clone(c.Params("id")), caller.Address(c)); err != nil {
		return err
	}
	return c.SendStatus(fiber.StatusNoContent)
}

// rollConnectionKeys publishes new keys of a SAML connection beside the old, and the second time drops the old.
func (a *API) rollConnectionKeys(c *fiber.Ctx) error {
	id := strings.Clone(c.Params("id"))
	if err := a.SignOn.RollKeys(c.UserContext(), caller.Of(c), id, caller.Address(c)); err != nil {
		return err
	}
	return a.sendConnection(c, id, fiber.StatusOK)
}
