package audit

import (
	"encoding/json"
	"time"

	"ambit/policy"
)

// Schema names the version of the event format. Within v1 fields are only added.
const Schema = "ambit.audit/v1"

// The phases of an event.
const (
	PhaseDecision  = "decision"
	PhaseResult    = "result"
	PhaseLifecycle = "lifecycle"
	PhaseAdmin     = "admin"
	PhaseApproval  = "approval"
	PhaseIntegrity = "integrity"
)

// purposeQuery is the purpose of a what-if: a decision about what nobody is about to do.
const purposeQuery = "query"

// Event is one entry of the ledger. Its canonical JSON (RFC 8785) is the leaf of the Merkle log.
// ID, Seq and Time are set by the ledger. docs/audit-schema.md describes every field.
type Event struct {
	Schema      string            `json:"schema"`
	ID          string            `json:"id"`
	Seq         int64             `json:"seq"`
	Time        time.Time         `json:"time"`
	Type        string            `json:"type"` // an action's name, or "token.created", "policy.published", "owner.signed_in", …
	Phase       string            `json:"phase"`
	Actor       Actor             `json:"actor"`
	AskedBy     string            `json:"asked_by,omitempty"` // credential that asked on the actor's behalf
	Purpose     string            `json:"purpose,omitempty"`  // enforce (default) or query
	Session     string            `json:"session,omitempty"`
	Agent       *Agent            `json:"agent,omitempty"`
	Repository  string            `json:"repository,omitempty"`
	Cwd         string            `json:"cwd,omitempty"`
	Action      *Action           `json:"action,omitempty"`
	Effects     *policy.Effects   `json:"effects,omitempty"`
	Provenance  map[string]string `json:"provenance,omitempty"` // fact → server | gateway | client
	Decision    *Decision         `json:"decision,omitempty"`
	Correlation *Correlation      `json:"correlation,omitempty"`
	Prompt      *Prompt           `json:"prompt,omitempty"`
	Outcome     json.RawMessage   `json:"outcome,omitempty"` // results: {"exit":0,"bytes":120,…}
	Change      *Change           `json:"change,omitempty"`  // admin events: what changed
	Masked      int               `json:"masked,omitempty"`  // how many secrets were masked in this event

	// PromptText goes to the prompt vault, never into the event; set only where the policy records prompts.
	PromptText string `json:"-"`
}

// Actor is the person an event is about.
type Actor struct {
	User       string   `json:"user"`
	Subject    string   `json:"subject,omitempty"` // the identity provider's subject
	Connection string   `json:"connection,omitempty"`
	Groups     []string `json:"groups,omitempty"`
	Tier       string   `json:"tier,omitempty"`
	Credential string   `json:"credential,omitempty"`
	Address    string   `json:"address,omitempty"` // client address, for sign-ins and admin changes
}

// Agent is the coding agent.
type Agent struct {
	Name    string `json:"name"`
	Version string `json:"version,omitempty"`
	ID      string `json:"id,omitempty"` // sub-agent id
}

// Action is the action in the form of the decision request.
type Action struct {
	Name       string          `json:"name"`
	Properties json.RawMessage `json:"properties,omitempty"`
}

// Decision is the part of a decision that is recorded.
type Decision struct {
	ID            string                `json:"id"`
	Effect        policy.Effect         `json:"effect"`
	Enforced      bool                  `json:"enforced"`
	PolicyVersion int64                 `json:"policy_version"`
	Reason        string                `json:"reason"`
	Hint          string                `json:"hint,omitempty"`
	Findings      []policy.Finding      `json:"findings,omitempty"`
	Layers        []policy.LayerVerdict `json:"layers,omitempty"`
}

// Correlation joins events to each other and to the agent's own records.
type Correlation struct {
	ToolUseID string `json:"tool_use_id,omitempty"`
	PromptID  string `json:"prompt_id,omitempty"`
	Approval  string `json:"approval,omitempty"`
	Request   string `json:"request,omitempty"`
	Decision  string `json:"decision,omitempty"` // results: the decision that allowed the action
}

// Prompt says whether the prompt's text is in the vault, and under which salted digest.
type Prompt struct {
	Recorded bool   `json:"recorded"`
	Digest   string `json:"digest,omitempty"`
}

// Change is an administrative change.
type Change struct {
	Object string          `json:"object"` // "policy", "token", "person", …
	ID     string          `json:"id,omitempty"`
	Before json.RawMessage `json:"before,omitempty"`
	After  json.RawMessage `json:"after,omitempty"`
}
