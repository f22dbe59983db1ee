package console

import (
	"slices"
	"strings"

	"github.com/gofiber/fiber/v2"

	"ambit/policy"
	"ambit/server/caller"
)

// rights are what the policy in force gives somebody.
type rights struct {
	Access  bool     `json:"access"` // false: no tier fits, so nothing is allowed
	Tier    string   `json:"tier"`
	Layers  []string `json:"layers"` // that apply
	Ceiling string   `json:"ceiling,omitempty"`
	Models  []string `json:"models"`
}

func rightsOf(current *policy.Policy, subject policy.Subject, place policy.Resource) rights {
	if current == nil {
		return rights{Layers: []string{}, Models: []string{}}
	}
	l := current.Limits(subject, place, "")
	return rights{l.Access, l.Tier, list(l.Layers), l.Ceiling, list(l.Models)}
}

type previewRequest struct {
	Person      string   `json:"person" validate:"max=64"`  // id; the preview adds what belongs to the person directly
	User        string   `json:"user" validate:"max=254"`   // e-mail address of somebody new, for policies that name people
	Groups      []string `json:"groups" validate:"max=500"` // of identity providers
	GroupsKnown *bool    `json:"groups_known"`              // false: the provider left groups out; true where left out
	Repository  string   `json:"repository" validate:"max=300"`
}

type preview struct {
	User          string   `json:"user"`
	Groups        []string `json:"groups"`
	Roles         []roleOf `json:"roles"`
	Rights        rights   `json:"rights"`
	PolicyVersion int64    `json:"policy_version"`
}

// previewPerson works out what somebody in these groups would get. It changes nothing.
func (a *API) previewPerson(c *fiber.Ctx) error {
	var r previewRequest
	if err := bind(c, &r); err != nil {
		return err
	}
	user, groups, direct := strings.ToLower(strings.TrimSpace(r.User)), slices.Clone(r.Groups), []caller.Role(nil)
	if r.Person != "" {
		p := a.Directory.PersonByID(r.Person)
		if p == nil {
			return errNoPerson
		}
		user, groups, direct = p.Email, append(groups, p.Direct.Groups...), p.Direct.Roles
	}
	slices.Sort(groups)
	groups = slices.Compact(groups)
	known := r.GroupsKnown == nil || *r.GroupsKnown
	current, version := a.Policies.Current()
	return c.JSON(preview{
		User: user, Groups: list(groups), Roles: rolesOf(direct, groups, a.Directory.RoleRules()),
		Rights: rightsOf(current, subjectOf(user, groups, known), policy.Resource{Repository: strings.TrimSpace(r.Repository)}), PolicyVersion: version,
	})
}
