package policy

// Effect is what a policy says about an action.
type Effect string

// The three effects. A hold waits for other people's approval and refuses until they gave it.
const (
	Allow Effect = "allow"
	Deny  Effect = "deny"
	Hold  Effect = "hold"
)

// Mode says whether an effect binds (enforce) or is only recorded (monitor).
type Mode string

// The two modes; where layers differ, enforce wins.
const (
	Enforce Mode = "enforce"
	Monitor Mode = "monitor"
)

// Decision is the policy's answer to one Request. It is a value: the same policy and request give the same decision.
type Decision struct {
	Effect   Effect
	Enforced bool   // false: monitor mode, the effect is recorded but does not bind
	Reason   string // one sentence for the engineer; never empty
	Hint     string // what would be allowed or how to mend it; may be empty
	Tier     string // permission tier of the person; "" where none fits

	Findings []Finding      // what speaks against the action, most decisive first; empty for allow
	Layers   []LayerVerdict // every matching layer's verdict, in policy order
	Effects  Effects        // what the action would run, read and write

	Approval     *Approval // who must agree; nil unless Effect is hold
	RecordPrompt bool      // whether the prompt's text goes to the prompt vault
	SkipPrompt   bool      // on_allow: skip — an allowed action needs no further prompt of the client's own
}

// Permits reports whether the action may run: allowed, or not enforced.
func (d *Decision) Permits() bool { return d.Effect == Allow || !d.Enforced }

// Finding is one thing that speaks against an action.
type Finding struct {
	Layer   string `json:"layer"`             // "" for what holds whatever the policy says
	Control string `json:"control"`           // shell, files, tools, skills, mcp, web, models, approval, tier, request
	Rule    string `json:"rule,omitempty"`    // the deny or protect pattern, or a short code such as "not-listed"
	Message string `json:"message"`           // one sentence
	Hint    string `json:"hint,omitempty"`    // what would be allowed
	At      *Span  `json:"at,omitempty"`      // the part of the command that failed
	Relaxed string `json:"relaxed,omitempty"` // the exception that set this finding aside
}

// Span is a part of a command, in bytes of its UTF-8 text.
type Span struct {
	Offset int `json:"offset"`
	Length int `json:"length"`
}

// LayerVerdict is how one layer judged the action.
type LayerVerdict struct {
	Layer   string `json:"layer"`
	Effect  Effect `json:"effect"`
	Mode    Mode   `json:"mode"`
	Matched string `json:"matched,omitempty"` // why the layer applies: "base", "repository github.com/…", "repository is unknown"
	Rule    string `json:"rule,omitempty"`    // the rule that allowed or refused
	Message string `json:"message,omitempty"`
}

// Effects lists what an action would do, as far as the text tells.
type Effects struct {
	Commands   []string `json:"commands,omitempty"`
	Reads      []string `json:"reads,omitempty"`
	Writes     []string `json:"writes,omitempty"`
	Unresolved bool     `json:"unresolved,omitempty"` // paths were judged lexically: nobody resolved their links
}

// Approval names who must agree before a held action may run: every item's quorum, from its own reviewers.
type Approval struct {
	Needs []ApprovalNeed `json:"needs"`
}

// ApprovalNeed is one layer's demand.
type ApprovalNeed struct {
	Layer     string   `json:"layer"`
	Reviewers []string `json:"reviewers"` // groups
	Quorum    int      `json:"quorum"`
	ExpiresS  int64    `json:"expires_s"` // seconds
}
