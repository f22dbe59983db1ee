package policy

// Document is a policy as an admin writes it: YAML or JSON, version 1. docs/policy.md explains every key, and
// assets/schemas/policy-v1.json describes the same for editors. A control or list that a layer doesn't mention is nil: in
// the base layer that closes it, in any other it has no say. A list that is given and empty allows nothing.
type Document struct {
	Version    int            `json:"version"`
	Mode       Mode           `json:"mode,omitempty"`     // enforce unless given
	OnAllow    string         `json:"on_allow,omitempty"` // client (default) or skip
	Models     ModelCatalogue `json:"models,omitzero"`
	Tiers      []Tier         `json:"tiers"`
	Workspaces []string       `json:"workspaces,omitzero"`
	Layers     []Layer        `json:"layers"`
	Exceptions []Exception    `json:"exceptions,omitempty"`

	source *source // where the keys stand, for problems; nil for a document built in Go
}

// ModelCatalogue sorts models into tiers, lowest first.
type ModelCatalogue struct {
	Tiers []ModelTier `json:"tiers"`
}

// ModelTier is a named group of models.
type ModelTier struct {
	Name   string   `json:"name"`
	Models []string `json:"models"` // name patterns, "claude-haiku-*"
}

// Tier is a permission tier: the first one that fits a person is theirs.
type Tier struct {
	Name   string   `json:"name"`
	Groups []string `json:"groups"` // directory groups; "*" fits everybody
}

// Layer is one set of rules. The first one is the base, without Match; it opens, all others only narrow.
type Layer struct {
	Name     string           `json:"name"`
	Mode     Mode             `json:"mode,omitempty"` // the document's unless given
	Match    *Match           `json:"match,omitempty"`
	Shell    *ShellControl    `json:"shell,omitempty"`
	Files    *FilesControl    `json:"files,omitempty"`
	Tools    *ToolsControl    `json:"tools,omitempty"`
	Skills   *SkillsControl   `json:"skills,omitempty"`
	MCP      *MCPControl      `json:"mcp,omitempty"`
	Web      *WebControl      `json:"web,omitempty"`
	Models   *ModelsControl   `json:"models,omitempty"`
	Caching  *CachingControl  `json:"caching,omitempty"`
	Prompts  *PromptsControl  `json:"prompts,omitempty"`
	Approval *ApprovalControl `json:"approval,omitempty"`
}

// Match says to whom and where a layer applies. Keys are ANDed, values ORed, except that repositories and paths are
// alternatives of each other. A key that can't be known counts as fulfilled.
type Match struct {
	Tiers        []string `json:"tiers,omitzero"`
	Groups       []string `json:"groups,omitzero"`
	Repositories []string `json:"repositories,omitzero"`
	Paths        []string `json:"paths,omitzero"`
	Agents       []string `json:"agents,omitzero"`
	Connections  []string `json:"connections,omitzero"`
}

// ShellControl says which command lines may run.
type ShellControl struct {
	Allow    []CommandPattern `json:"allow,omitzero"`
	Deny     []string         `json:"deny,omitzero"`
	Wrappers []string         `json:"wrappers,omitzero"`
	Env      []string         `json:"env,omitzero"`
	Examples *ShellExamples   `json:"examples,omitempty"`
}

// CommandPattern is an entry of shell.allow: a string, or a mapping where a flag is needed.
type CommandPattern struct {
	Pattern   string `json:"pattern"`
	Dangerous bool   `json:"dangerous,omitempty"` // the admin knows that it can run anything
	Opaque    bool   `json:"opaque,omitempty"`    // any option of a tool that has no table
}

// ShellExamples are command lines that the layer's own shell rules must allow or refuse; checked at load.
type ShellExamples struct {
	Allow []string `json:"allow,omitzero"`
	Deny  []string `json:"deny,omitzero"`
}

// FilesControl says which files may be read and written.
type FilesControl struct {
	Read    []string `json:"read,omitzero"`
	Write   []string `json:"write,omitzero"`
	Deny    []string `json:"deny,omitzero"`
	Protect []string `json:"protect,omitzero"`
}

// ToolsControl says which of the agent's own tools may be used.
type ToolsControl struct {
	Allow []string `json:"allow,omitzero"`
	Deny  []string `json:"deny,omitzero"`
}

// SkillsControl says from where skills may come.
type SkillsControl struct {
	Sources []string `json:"sources,omitzero"`
}

// MCPControl says which MCP tools may be called, as server/tool. Writes names those that change something.
type MCPControl struct {
	Allow  []string `json:"allow,omitzero"`
	Deny   []string `json:"deny,omitzero"`
	Writes []string `json:"writes,omitzero"`
}

// WebControl says which hosts may be fetched from.
type WebControl struct {
	Domains []string `json:"domains,omitzero"`
}

// ModelsControl is the highest model tier that may be used.
type ModelsControl struct {
	Ceiling string `json:"ceiling"`
}

// CachingControl is the prompt-caching policy; most restrictive first: disabled, ttl 5m, ttl 1h, enabled.
type CachingControl struct {
	Mode string `json:"mode"`
	TTL  string `json:"ttl,omitempty"`
}

// PromptsControl says whose prompts are kept.
type PromptsControl struct {
	Record PromptRecord `json:"record"`
}

// PromptRecord is "all", "none", or a mapping that selects.
type PromptRecord struct {
	All          bool          `json:"-"`
	None         bool          `json:"-"`
	Repositories []string      `json:"repositories,omitzero"`
	Actions      []string      `json:"actions,omitzero"`
	Except       *PromptExcept `json:"except,omitempty"`
}

// PromptExcept takes prompts out of a PromptRecord; its keys are ANDed.
type PromptExcept struct {
	Repositories []string `json:"repositories,omitzero"`
	Actions      []string `json:"actions,omitzero"`
}

// ApprovalControl is the four-eyes gate.
type ApprovalControl struct {
	Edits     string   `json:"edits"` // required or off
	Reviewers []string `json:"reviewers,omitzero"`
	Quorum    int      `json:"quorum,omitempty"`  // 1 unless given
	Expires   Duration `json:"expires,omitempty"` // 24h unless given
}

// Exception sets named allow-list findings aside, for one person and until a day. It never touches deny, protect,
// approval or a ceiling.
type Exception struct {
	Who        string           `json:"who"`
	Repository string           `json:"repository,omitempty"`
	Shell      []CommandPattern `json:"shell,omitzero"`
	Read       []string         `json:"read,omitzero"`
	Write      []string         `json:"write,omitzero"`
	Tools      []string         `json:"tools,omitzero"`
	Skills     []string         `json:"skills,omitzero"`
	MCP        []string         `json:"mcp,omitzero"`
	Web        []string         `json:"web,omitzero"`
	Until      Until            `json:"until"`
	Reason     string           `json:"reason,omitempty"`
	ApprovedBy string           `json:"approved_by,omitempty"`
}
