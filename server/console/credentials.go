package console

import (
	"cmp"
	"context"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"ambit/server/caller"
)

// Credentials are the sign-ins of agents and command lines: one family of short-lived credentials for each device.
type Credentials interface {
	Families() []caller.Family // newest first, those that ended lately included
	RevokeFamily(ctx context.Context, by *caller.Principal, id, why, address string) error
	RevokePersonCredentials(ctx context.Context, by *caller.Principal, personID, why, address string) (int, error)
	CredentialSettings() caller.CredentialSettings
	SetCredentialSettings(ctx context.Context, by *caller.Principal, set caller.CredentialSettings, address string) error
}

type credential struct {
	ID         string    `json:"id"`
	PersonID   string    `json:"person_id"`
	Person     string    `json:"person"`
	Connection string    `json:"connection"`
	Device     string    `json:"device"`
	CreatedAt  time.Time `json:"created_at"`
	CheckedAt  time.Time `json:"checked_at,omitzero"` // when the identity provider last vouched for the person
	LastUsed   time.Time `json:"last_used_at,omitzero"`
	Address    string    `json:"last_address"`
	ExpiresAt  time.Time `json:"expires_at"`
	RevokedAt  time.Time `json:"revoked_at,omitzero"`
	Why        string    `json:"revoked_why,omitempty"`
	Active     bool      `json:"active"`
}

// listCredentials lists the sign-ins of agents, newest first, page by page.
func (a *API) listCredentials(c *fiber.Ctx) error {
	match, err := a.credentialFilter(c)
	if err != nil {
		return err
	}
	offset, errOffset := number(c, "offset", 0, 0, 1<<31)
	limit, errLimit := number(c, "limit", peoplePage, 1, maxPeople)
	if err := cmp.Or(errOffset, errLimit); err != nil {
		return err
	}
	out, total := []credential{}, 0
	for _, f := range a.Credentials.Families() {
		if !match(&f) {
			continue
		}
		if total >= int(offset) && len(out) < int(limit) {
			out = append(out, credential{
				f.ID, f.PersonID, f.Person, f.Connection, f.Device, f.CreatedAt, f.CheckedAt, f.LastUsed, f.LastAddress, f.ExpiresAt, f.RevokedAt, f.Why, a.active(&f),
			})
		}
		total++
	}
	return c.JSON(fiber.Map{"credentials": out, "total": total})
}

func (a *API) active(f *caller.Family) bool {
	return f.RevokedAt.IsZero() && a.Now().Before(f.ExpiresAt)
}

// credentialFilter reads which sign-ins are wanted.
func (a *API) credentialFilter(c *fiber.Ctx) (func(f *caller.Family) bool, error) {
	q, errQ := text(c, "q", 200)
	person, errPerson := text(c, "person", 64)
	state, errState := text(c, "state", 20)
	if err := cmp.Or(errQ, errPerson, errState, oneOf("state", state, "active", "ended")); err != nil {
		return nil, err
	}
	q = strings.ToLower(strings.TrimSpace(q))
	return func(f *caller.Family) bool {
		return (person == "" || f.PersonID == person) && (state == "" || (state == "active") == a.active(f)) &&
			(q == "" || strings.Contains(f.Person, q) || strings.Contains(strings.ToLower(f.Device), q))
	}, nil
}

// cutOffCredential ends one sign-in of an agent: the next request with any of its credentials is refused.
func (a *API) cutOffCredential(c *fiber.Ctx) error {
	if err := a.Credentials.RevokeFamily(c.UserContext(), caller.Of(c), strings.Clone(c.Params("id")), "cut off", caller.Address(c)); err != nil {
		return err
	}
	return c.SendStatus(fiber.StatusNoContent)
}

// revokePersonCredentials ends all sign-ins of a person's agents and leaves the console sessions alone.
func (a *API) revokePersonCredentials(c *fiber.Ctx) error {
	id := strings.Clone(c.Params("id"))
	if a.Directory.PersonByID(id) == nil {
		return errNoPerson
	}
	n, err := a.Credentials.RevokePersonCredentials(c.UserContext(), caller.Of(c), id, "cut off", caller.Address(c))
	if err != nil {
		return err
	}
	return c.JSON(fiber.Map{"revoked": n})
}
