package console

import (
	"encoding/json"

	"github.com/gofiber/fiber/v2"

	"ambit/server/caller"
)

type signInRequest struct {
	Email    string `json:"email" validate:"required,max=254"`
	Password string `json:"password" validate:"required,max=1024"`
}

type challenge struct {
	Challenge string          `json:"challenge"`
	Methods   []string        `json:"methods"`
	Passkey   json.RawMessage `json:"passkey_options,omitempty"`
}

// signIn is the first step: e-mail and password.
func (a *API) signIn(c *fiber.Ctx) error {
	var r signInRequest
	if err := bind(c, &r); err != nil {
		return err
	}
	ch, err := a.Identity.SignIn(c.UserContext(), r.Email, r.Password, caller.Address(c))
	if err != nil {
		return err
	}
	return c.JSON(challenge{ch.ID, ch.Methods, ch.Passkey})
}

type verifyRequest struct {
	Challenge    string          `json:"challenge" validate:"required,max=200"`
	Code         string          `json:"code" validate:"max=12"`
	Passkey      json.RawMessage `json:"passkey"`
	RecoveryCode string          `json:"recovery_code" validate:"max=64"`
}

// verifySignIn is the second step: the second factor. It replaces whatever session the browser had.
func (a *API) verifySignIn(c *fiber.Ctx) error {
	var r verifyRequest
	if err := bind(c, &r); err != nil {
		return err
	}
	proof := caller.Proof{Code: r.Code, RecoveryCode: r.RecoveryCode, Passkey: given(r.Passkey)}
	in, err := a.Identity.VerifySignIn(c.UserContext(), r.Challenge, proof, a.oldCookie(c), caller.Address(c))
	if err != nil {
		return err
	}
	return c.JSON(a.begin(c, &in))
}

type demoRequest struct {
	Email string `json:"email" validate:"required,max=254"`
}

// demoSignIn exists only under --demo.
func (a *API) demoSignIn(c *fiber.Ctx) error {
	var r demoRequest
	if err := bind(c, &r); err != nil {
		return err
	}
	in, err := a.Identity.SignInDemo(c.UserContext(), r.Email, a.oldCookie(c), caller.Address(c))
	if err != nil {
		return err
	}
	return c.JSON(a.begin(c, &in))
}

// given makes a JSON null the same as a member that was left out.
func given(raw json.RawMessage) json.RawMessage {
	if string(raw) == "null" {
		return nil
	}
	return raw
}
