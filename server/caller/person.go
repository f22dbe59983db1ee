package caller

import "time"

// Person is somebody whom the directory knows.
type Person struct {
	ID       string
	Email    string // lower case
	Name     string
	Groups   []string // direct groups
	Roles    []Role   // console roles
	Disabled bool
}

// Token is an API token without its secret. A zero time stands for never.
type Token struct {
	ID        string
	Name      string
	Scopes    []Scope
	Person    string // e-mail of the person it stands for; "" is nobody
	CreatedAt time.Time
	CreatedBy string
	ExpiresAt time.Time
	LastUsed  time.Time // to the minute
	RevokedAt time.Time
}

// NewToken is what somebody asks for.
type NewToken struct {
	Name      string
	Scopes    []Scope
	Person    string    // e-mail; somebody whom the directory doesn't know is added to it
	Groups    []string  // the person's direct groups from now on; nil leaves them as they are
	ExpiresAt time.Time // zero: never
	Address   string    // where the request came from, for the ledger
}
