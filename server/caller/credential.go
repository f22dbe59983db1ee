package caller

import "time"

// NewFamily is a sign-in of an agent or command line that somebody approved: the beginning of a family of credentials.
type NewFamily struct {
	PersonID     string
	AccountID    string // "" for the owner's own sign-in and the demo's
	Connection   string // likewise
	IDPSession   string // OIDC sid or SAML SessionIndex; "" where none
	RefreshToken string // the identity provider's, with which it is asked again; a secret; "" where none
	Device       string // as the person saw it when approving
	Address      string // of whoever approved
}

// AgentCredentials are what an agent gets at its sign-in and at each refresh.
type AgentCredentials struct {
	Family    string
	Access    string // a secret
	ExpiresAt time.Time
	Refresh   string // a secret; "" for workloads
	Person    string // by which policy and ledger know the person
	Scopes    []Scope
}

// Family is a sign-in of an agent as the console lists it. A zero time stands for never.
type Family struct {
	ID          string
	PersonID    string
	Person      string
	AccountID   string
	Connection  string
	Device      string
	CreatedAt   time.Time
	CheckedAt   time.Time // when its identity provider last vouched for the person
	LastUsed    time.Time // to the minute
	LastAddress string
	ExpiresAt   time.Time
	RevokedAt   time.Time
	Why         string // it was revoked
}

// Introspection is what RFC 7662, section 2.2, tells about a credential that counts.
type Introspection struct {
	Family    string
	Kind      string // access, refresh or hook
	Scopes    []Scope
	PersonID  string
	Person    string
	IssuedAt  time.Time
	ExpiresAt time.Time
}

// CredentialSettings are what an admin sets about agents' credentials.
type CredentialSettings struct {
	AccessMinutes int `json:"access_minutes"` // life of an access credential
	FamilyDays    int `json:"family_days"`    // after which an agent must sign in again, however often it refreshed
}
