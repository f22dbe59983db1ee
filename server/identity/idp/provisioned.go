package idp

import (
	"encoding/json"
	"time"
)

// User is somebody as a SCIM client describes them (RFC 7643, section 4.1).
type User struct {
	ID         string // ours, never reused
	UserName   string // as sent; unique within the connection, whatever its case
	ExternalID string
	Email      string // lower case; "" where none was sent
	Name       string // for people; never empty
	Active     bool
	Attributes json.RawMessage // a JSON object: every attribute as sent, without secrets and read-only ones
	Groups     []Ref           // read-only; filled where it was asked for
	CreatedAt  time.Time
	UpdatedAt  time.Time // grows with every change: it is the version too
}

// Group is a group as a SCIM client describes it (RFC 7643, section 4.2).
type Group struct {
	ID         string
	Name       string // displayName; unique within the connection
	ExternalID string
	Members    []Ref // filled where it was asked for
	CreatedAt  time.Time
	UpdatedAt  time.Time // grows with every change, of its members too
}

// Ref names a user or group by id, with what people call it.
type Ref struct{ ID, Name string }

// Find narrows a search to what the store has an index for. All that is set must hold; the zero value finds everything.
type Find struct {
	ID         string
	UserName   string // whatever its case
	ExternalID string
	Name       string // of a group, whatever its case
	Member     string // of a group: has this user
	Related    bool   // fill User.Groups or Group.Members
	Offset     int    // leave out that many
	Limit      int    // at most that many; 0 is all
}

// Membership is a change of a group's members.
type Membership struct {
	Replace bool     // the group has the users of Add from now on, and no others
	Add     []string // ids of users; those who are members already stay so
	Remove  []string // ids of users; those who aren't members don't matter
}

// Empty reports whether nothing is asked for.
func (m *Membership) Empty() bool { return !m.Replace && len(m.Add) == 0 && len(m.Remove) == 0 }
