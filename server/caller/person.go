package caller

import "time"

// Person is somebody whom the directory knows.
type Person struct {
	ID            string
	Email         string // by which policy and ledger know the person: a proven address, else connection/subject
	Contact       string // the address as a provider sent it, where nothing proves it
	Name          string
	Groups        []string // all that count: direct ones and those of every account
	GroupsUnknown bool     // some account's provider didn't say: nothing may be concluded from a group's absence
	Roles         []Role   // all that count: direct ones and those that groups give
	Repositories  []string // engineering managers: what they manage (globs)
	Direct        Direct   // what belongs to the person rather than to an account or a rule
	Accounts      []Account
	Disabled      bool     // may do nothing: barred, or left without an account that isn't deactivated
	Barred        bool     // by an admin
	Duplicates    []string // other people who may be the same one; while there are any, the person can't approve anything
}

// Direct are groups and roles that were given to a person by hand.
type Direct struct {
	Groups []string
	Roles  []Role
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
