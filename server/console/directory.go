package console

import (
	"context"
	"encoding/json"
	"time"

	"ambit/server/caller"
)

// Directory knows everybody, where they come from, and what they are signed in with.
type Directory interface {
	Connections() []caller.Connection
	Connection(id string) *caller.Connection
	People() []caller.Person
	Person(name string) *caller.Person
	PersonByID(id string) *caller.Person
	AccountCounts(p *caller.Person, a *caller.Account) bool
	Sessions() []caller.Session
	RoleRules() []caller.RoleRule
	AddRoleRule(ctx context.Context, by *caller.Principal, rule caller.RoleRule, address string) (caller.RoleRule, error)
	DeleteRoleRule(ctx context.Context, by *caller.Principal, id, address string) error
	LinkAccount(ctx context.Context, by *caller.Principal, account, person, address string) error
	SetDisabled(ctx context.Context, by *caller.Principal, person string, disabled bool, address string) error
	CutOff(ctx context.Context, by *caller.Principal, person, why, address string) error
	CutOffEverybody(ctx context.Context, by *caller.Principal, why, address string) error
	EndSession(ctx context.Context, by *caller.Principal, id, address string) error
}

// SignOn keeps the connections to identity providers. Its errors about a configuration have a list of problems, by field.
type SignOn interface {
	Choices(email string) []Choice
	LogoutURL(ctx context.Context, cookie string) string // "" where there is no such place
	Create(ctx context.Context, by *caller.Principal, c *caller.Connection, address string) error
	Update(ctx context.Context, by *caller.Principal, c *caller.Connection, address string) error
	Stage(ctx context.Context, by *caller.Principal, id, stage, address string) error
	Delete(ctx context.Context, by *caller.Principal, id, address string) error
	RollKeys(ctx context.Context, by *caller.Principal, id, address string) error
	KeysRolling(id string) bool
	Inspect(ctx context.Context, id string) ([]Finding, error)
	TestSignIn(admin, connection, id string) *TestSignIn // nil: there is none any more
	Departure(id string) Departure
	URLs(id string) ConnectionURLs
	Provisions(id string) bool // by SCIM
}

// Choice is a connection to offer at the sign-in page.
type Choice struct {
	ID   string `json:"id"`
	Name string `json:"name"`
	Kind string `json:"kind"`
}

// Finding is something to know about a connection; one with a hint needs attention.
type Finding struct {
	Field   string `json:"field,omitempty"` // of the configuration
	Message string `json:"message"`
	Hint    string `json:"hint,omitempty"`
}

// Departure is how long it takes at worst until Ambit learns that somebody has left.
type Departure struct {
	Console int64    `json:"console_s"` // seconds, for a console session
	Agents  int64    `json:"agents_s"`  // seconds, for an agent's credential
	Signals []string `json:"signals"`   // what tells Ambit earlier: scim, backchannel_logout, refresh
	Shorten []string `json:"shorten"`   // sentences: how to shorten it
}

// ConnectionURLs are what an admin enters at the identity provider.
type ConnectionURLs struct {
	Callback          string `json:"callback,omitempty"`
	BackChannelLogout string `json:"backchannel_logout,omitempty"`
	PostLogout        string `json:"post_logout,omitempty"`
	EntityID          string `json:"entity_id,omitempty"`
	ACS               string `json:"acs,omitempty"`
	SCIM              string `json:"scim,omitempty"`
}

// TestSignIn is what a test sign-in received, and what it would have led to.
type TestSignIn struct {
	ID           string          `json:"id"`
	At           time.Time       `json:"at"`
	Refused      *Finding        `json:"refused,omitempty"` // not even the claims could be believed; then nothing below is set
	Subject      string          `json:"subject"`
	Email        string          `json:"email"`
	EmailProven  bool            `json:"email_proven"`
	Name         string          `json:"name"`
	Claims       json.RawMessage `json:"claims"` // as received
	User         string          `json:"user"`   // by which policy and ledger would know the person
	NewPerson    bool            `json:"new_person"`
	Groups       []string        `json:"groups"`
	GroupsKnown  bool            `json:"groups_known"`
	Roles        []caller.Role   `json:"roles"`
	Repositories []string        `json:"repositories"`
	Tier         string          `json:"tier"`
	HasPolicy    bool            `json:"has_policy"`
	Duplicates   []string        `json:"duplicates"`
	Notes        []Finding       `json:"notes"`
	Problems     []Finding       `json:"problems"` // why a sign-in would be refused
}
