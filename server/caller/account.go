package caller

import (
	"encoding/json"
	"time"
)

// The stages of a connection. Only live ones sign everybody in.
const (
	StageDraft    = "draft"    // test sign-ins only, which sign nobody in
	StageStaging  = "staging"  // its testers only
	StageLive     = "live"     // everybody
	StageDisabled = "disabled" // nobody; whatever was opened through it has ended
)

// The kinds of connections.
const (
	KindOIDC     = "oidc"
	KindSAML     = "saml"
	KindWorkload = "workload" // an issuer of tokens for CI jobs: nobody signs in there, jobs exchange their token
)

// Connection is where people come from.
type Connection struct {
	ID        string
	Kind      string
	Name      string
	Stage     string
	Testers   []string // who may sign in while staging: e-mail addresses or subjects, lower case
	Domains   []string // e-mail domains whose addresses count as proven when this connection sends them; lower case
	Config    json.RawMessage
	Secrets   map[string]string // in clear, never shown
	CreatedAt time.Time
	UpdatedAt time.Time
}

// Account is what one connection calls somebody. A person may have several.
type Account struct {
	ID            string
	Connection    string
	Subject       string // "" until the first sign-in of somebody whom SCIM made
	PersonID      string
	UserName      string // SCIM userName; "" without SCIM
	Email         string // as sent
	Name          string
	Groups        []string // the ones that count: SCIM's, or else those of the last sign-in
	GroupsUnknown bool     // the provider didn't send them all
	Provisioned   bool     // by SCIM
	Active        bool
	CreatedAt     time.Time
	SignedInAt    time.Time // zero: never
}

// RoleRule gives a console role to the members of a group.
type RoleRule struct {
	ID           string
	Group        string
	Role         Role
	Repositories []string // engineering managers: the repositories (globs) that they manage
	CreatedAt    time.Time
	CreatedBy    string
}

// Session is a console session that counts, without its secret.
type Session struct {
	ID         string
	PersonID   string
	Connection string // "" for the owner's own sign-in
	CreatedAt  time.Time
	SeenAt     time.Time
}

// SCIMToken is the token by which an identity provider provisions a connection, without its secret.
type SCIMToken struct {
	ID         string
	Connection string
	CreatedAt  time.Time
	CreatedBy  string
	LastUsed   time.Time // to the minute; zero: never
	RevokedAt  time.Time // zero: not
}
