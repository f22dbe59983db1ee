// Package idp holds, in one form for OIDC and SAML, what an identity provider says about somebody and what can be wrong with it.
package idp

import "time"

// GroupsState says how far a list of groups can be relied upon. An absent or cut-off list is unknown, never empty: taking it
// for empty would remove a restriction.
type GroupsState string

// The states of a list of groups.
const (
	GroupsKnown     GroupsState = "known"     // the provider sent the whole list; it may be empty
	GroupsAbsent    GroupsState = "absent"    // the provider sent no list at all
	GroupsTruncated GroupsState = "truncated" // the provider says that the list is too long to send (Entra's overage claim, for one)
)

// Claims are what a provider vouched for in one sign-in or refresh. Nothing in it is trusted beyond that: whether an e-mail
// address counts as proven is decided by the connection's own domains.
type Claims struct {
	Subject       string // stable within the connection; never empty
	Email         string // as sent; lower case
	EmailVerified *bool  // OIDC email_verified (a string "true" is no boolean: nil); nil: the provider doesn't say
	Name          string
	Groups        []string
	GroupsState   GroupsState
	SessionID     string         // OIDC sid, SAML SessionIndex; "" where none
	AuthTime      time.Time      // when the person proved who they are; zero where the provider doesn't say
	Raw           map[string]any // any: every claim or attribute as received, shown at a test sign-in only

	IDToken      string // OIDC: the hint for RP-initiated logout; a secret
	RefreshToken string // OIDC; a secret
}

// Note is a finding that does not hinder a sign-in but that an admin should see at a test sign-in.
type Note struct {
	Field   string `json:"field,omitempty"` // of the connection's configuration
	Message string `json:"message"`
	Hint    string `json:"hint,omitempty"`
}

// Arrival is somebody who came back from a connection that may sign people in, found in or added to the directory.
type Arrival struct {
	Connection string
	AccountID  string
	PersonID   string
	User       string // by which policy and ledger know the person
	Claims     *Claims
}

// Standing is what a provider says, asked again, about somebody who signed in before.
type Standing struct {
	Vouched      bool   // it was asked and vouches for the person; false: it can't be asked by this connection
	RefreshToken string // the one to use next time; a secret
}

// Logout is a provider's word that somebody, or one session of theirs there, is over. One of Subject and SessionID is set.
type Logout struct {
	Subject   string
	SessionID string
	TokenID   string    // of the token that said so, which counts once; "" where it needn't be remembered
	Until     time.Time // how long TokenID is remembered
}
