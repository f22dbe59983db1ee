package console

import (
	"encoding/json"

	"github.com/gofiber/fiber/v2"

	"ambit/server/caller"
	"ambit/server/problem"
)

type setupToken struct {
	Token string `json:"token" validate:"required,max=200"`
}

// startSetup checks a set-up link before anyone fills in a form for it.
func (a *API) startSetup(c *fiber.Ctx) error {
	var r setupToken
	if err := bind(c, &r); err != nil {
		return err
	}
	if err := a.Identity.StartSetup(c.UserContext(), r.Token, caller.Address(c)); err != nil {
		return err
	}
	return c.JSON(fiber.Map{"passkeys_available": a.Identity.PasskeysAvailable()})
}

type ownerRequest struct {
	setupToken
	Email    string `json:"email" validate:"required,max=254"`
	Name     string `json:"name" validate:"required,max=200"`
	Password string `json:"password" validate:"required,max=1024"`
}

type totp struct {
	Secret     string `json:"secret"`
	OTPAuthURL string `json:"otpauth_url"`
	QRSVG      string `json:"qr_svg"`
}

type ownerPending struct {
	TOTP    totp            `json:"totp"`
	Passkey json.RawMessage `json:"passkey_options,omitempty"`
}

// createOwner names the first owner and hands out the secrets of the second factor.
func (a *API) createOwner(c *fiber.Ctx) error {
	var r ownerRequest
	if err := bind(c, &r); err != nil {
		return err
	}
	p, err := a.Identity.CreateOwner(c.UserContext(), r.Token, caller.NewOwner{Email: r.Email, Name: r.Name, Password: r.Password}, caller.Address(c))
	if err != nil {
		return err
	}
	return c.JSON(ownerPending{totp{p.Secret, p.OTPAuthURL, p.QRCode}, p.Passkey})
}

type confirmRequest struct {
	setupToken
	Code    string          `json:"code" validate:"max=12"`
	Passkey json.RawMessage `json:"passkey"`
}

type confirmed struct {
	Session       session  `json:"session"`
	RecoveryCodes []string `json:"recovery_codes"`
}

// confirmOwner proves the second factor and signs the owner in.
func (a *API) confirmOwner(c *fiber.Ctx) error {
	var r confirmRequest
	if err := bind(c, &r); err != nil {
		return err
	}
	in, codes, err := a.Identity.ConfirmOwner(c.UserContext(), r.Token, caller.Proof{Code: r.Code, Passkey: given(r.Passkey)}, caller.Address(c))
	if err != nil {
		return err
	}
	return c.JSON(confirmed{a.begin(c, &in), codes})
}

type setupPolicyRequest struct {
	Pack string `json:"pack" validate:"required,max=64"`
}

// setupPolicy publishes a starter pack as the first policy.
func (a *API) setupPolicy(c *fiber.Ctx) error {
	var r setupPolicyRequest
	if err := bind(c, &r); err != nil {
		return err
	}
	for _, p := range a.packs {
		if p.Name == r.Pack {
			version, problems, err := a.Policies.Publish(c.UserContext(), caller.Of(c), p.Source, "Starter pack "+p.Name, 0)
			if err != nil {
				return err
			}
			return c.JSON(published{version, list(problems)})
		}
	}
	return problem.New("not_found", "there is no starter pack of that name", "GET /api/v1/policy/packs lists them.")
}
