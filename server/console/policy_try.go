package console

import (
	"encoding/json"

	"github.com/gofiber/fiber/v2"

	"ambit/policy"
	"ambit/server/caller"
	"ambit/server/problem"
)

type tryRequest struct {
	Source  *string         `json:"source" validate:"omitempty,max=1048576"`
	Request json.RawMessage `json:"request" validate:"required"`
}

type tryAnswer struct {
	ID            string                `json:"id,omitempty"`
	Effect        policy.Effect         `json:"effect"`
	Enforced      bool                  `json:"enforced"`
	Permits       bool                  `json:"permits"`
	PolicyVersion int64                 `json:"policy_version"`
	Draft         bool                  `json:"draft"`
	Reason        string                `json:"reason"`
	Hint          string                `json:"hint,omitempty"`
	Tier          string                `json:"tier"`
	Findings      []policy.Finding      `json:"findings"`
	Layers        []policy.LayerVerdict `json:"layers"`
	Effects       policy.Effects        `json:"effects"`
	Approval      *policy.Approval      `json:"approval,omitempty"`
	RecordPrompt  bool                  `json:"record_prompt"`
	Problems      policy.Problems       `json:"problems,omitempty"`
}

// tryAction judges an action by a draft or by the published policy, and explains all of it.
func (a *API) tryAction(c *fiber.Ctx) error {
	var r tryRequest
	if err := bind(c, &r); err != nil {
		return err
	}
	var draft *policy.Policy
	var problems policy.Problems
	if r.Source != nil {
		if draft, problems = policy.Load(file, []byte(*r.Source)); problems.Errors() {
			return &badPolicy{problems}
		}
	}
	d, id, version, err := a.Trier.Try(c.UserContext(), caller.Of(c), r.Request, draft)
	if err != nil {
		return err
	}
	out := tryAnswer{
		ID: id, Effect: d.Effect, Enforced: d.Enforced, Permits: d.Permits(), PolicyVersion: version, Reason: d.Reason, Hint: d.Hint,
		Tier: d.Tier, Findings: list(d.Findings), Layers: list(d.Layers), Effects: d.Effects, Approval: d.Approval, RecordPrompt: d.RecordPrompt,
	}
	if draft != nil {
		out.Draft, out.PolicyVersion, out.ID, out.Problems = true, 0, "", problems
	}
	return c.JSON(out)
}

// badPolicy is a draft with errors.
type badPolicy struct{ problems policy.Problems }

var _ problem.Coded = (*badPolicy)(nil)

func (e *badPolicy) Error() string    { return "this policy has errors" }
func (e *badPolicy) Code() string     { return "policy_invalid" }
func (e *badPolicy) Hint() string     { return "Mend the problems that are listed." }
func (e *badPolicy) ProblemList() any { return e.problems }
