package console

import (
	"strconv"
	"time"

	"github.com/gofiber/fiber/v2"

	"ambit/policy"
	"ambit/server/caller"
	"ambit/server/problem"
)

// file is the name under which problems of a document from the browser stand.
const file = "policy.yaml"

type currentPolicy struct {
	Version     int64            `json:"version"`
	Source      string           `json:"source"`
	PublishedAt *time.Time       `json:"published_at,omitempty"`
	By          string           `json:"by,omitempty"`
	Comment     string           `json:"comment,omitempty"`
	Document    *policy.Document `json:"document"`
}

// getPolicy is the policy in force; version 0 and no document before the first was published.
func (a *API) getPolicy(c *fiber.Ctx) error {
	current, version := a.Policies.Current()
	if current == nil {
		return c.JSON(currentPolicy{})
	}
	v, err := a.Source(c.UserContext(), version)
	if err != nil {
		return err
	}
	return c.JSON(currentPolicy{v.Version, v.Source, &v.PublishedAt, v.PublishedBy, v.Comment, current.Document()})
}

type policyVersion struct {
	Version     int64     `json:"version"`
	PublishedAt time.Time `json:"published_at"`
	By          string    `json:"by"`
	Comment     string    `json:"comment"`
	Current     bool      `json:"current"`
}

type policySource struct {
	policyVersion
	Source string `json:"source"`
}

func (a *API) versionOf(v *PolicyVersion) policyVersion {
	_, current := a.Policies.Current()
	return policyVersion{v.Version, v.PublishedAt, v.PublishedBy, v.Comment, v.Version == current}
}

// listPolicyVersions lists all that was ever published, newest first.
func (a *API) listPolicyVersions(c *fiber.Ctx) error {
	all, err := a.Versions(c.UserContext())
	if err != nil {
		return err
	}
	out := make([]policyVersion, len(all))
	for i := range all {
		out[i] = a.versionOf(&all[i])
	}
	return c.JSON(fiber.Map{"versions": out})
}

// getPolicyVersion is one published version with its source.
func (a *API) getPolicyVersion(c *fiber.Ctx) error {
	n, err := strconv.ParseInt(c.Params("version"), 10, 64)
	if err != nil || n < 1 {
		return problem.New("not_found", "there is no such version", "")
	}
	v, err := a.Source(c.UserContext(), n)
	if err != nil {
		return err
	}
	return c.JSON(policySource{a.versionOf(&v), v.Source})
}

type sourceRequest struct {
	Source string `json:"source" validate:"max=1048576"`
}

// checkPolicy says what is wrong with a draft.
func (a *API) checkPolicy(c *fiber.Ctx) error {
	var r sourceRequest
	if err := bind(c, &r); err != nil {
		return err
	}
	_, problems := policy.Load(file, []byte(r.Source))
	return c.JSON(fiber.Map{"problems": list(problems)})
}

type publishRequest struct {
	Source  string `json:"source" validate:"max=1048576"`
	Comment string `json:"comment" validate:"max=1000"`
	Base    *int64 `json:"base_version" validate:"required,min=0"`
}

type published struct {
	Version  int64            `json:"version"`
	Problems []policy.Problem `json:"problems"`
}

// publishPolicy puts a new version in force, unless somebody else was faster.
func (a *API) publishPolicy(c *fiber.Ctx) error {
	var r publishRequest
	if err := bind(c, &r); err != nil {
		return err
	}
	version, problems, err := a.Policies.Publish(c.UserContext(), caller.Of(c), r.Source, r.Comment, *r.Base)
	if err != nil {
		return err
	}
	return c.JSON(published{version, list(problems)})
}

// listPolicyPacks lists the starter packs.
func (a *API) listPolicyPacks(c *fiber.Ctx) error { return c.JSON(fiber.Map{"packs": a.packs}) }
