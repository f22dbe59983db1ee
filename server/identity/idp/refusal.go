package idp

import "fmt"

// Refusal is why a sign-in, a refresh or a configuration is not accepted. The message is one sentence that a person can be
// shown; it quotes no secret and no token.
type Refusal struct {
	Reason  string // stable, for the ledger: "audience", "replay", "signature", "groups_unknown", …
	Field   string // the field of the connection's configuration that it is about; "" where none
	Message string
	Remedy  string
	Cause   error // for the log; may be nil
}

// Refuse makes a refusal.
func Refuse(reason, message, remedy string) *Refusal {
	return &Refusal{Reason: reason, Message: message, Remedy: remedy}
}

// About names the configuration field that the refusal is about.
func (r *Refusal) About(field string) *Refusal { r.Field = field; return r }

// Because keeps the cause for the log.
func (r *Refusal) Because(err error) *Refusal { r.Cause = err; return r }

// Error is the sentence for people.
func (r *Refusal) Error() string {
	if r.Field != "" {
		return fmt.Sprintf("%s: %s", r.Field, r.Message)
	}
	return r.Message
}

// Unwrap gives the cause.
func (r *Refusal) Unwrap() error { return r.Cause }

// Code is the code that server/problem maps to HTTP.
func (r *Refusal) Code() string {
	switch r.Reason {
	case ReasonConfiguration:
		return "invalid"
	case ReasonUnreachable:
		return "unavailable"
	default:
		return "unauthenticated"
	}
}

// Hint is the remedy.
func (r *Refusal) Hint() string { return r.Remedy }

// Reasons that callers tell apart.
const (
	ReasonConfiguration = "configuration" // the connection's own settings are wrong
	ReasonUnreachable   = "unreachable"   // the provider can't be asked for now: not a refusal of the person
	ReasonRevoked       = "revoked"       // the provider refuses to renew: the person is gone or signed out there
)
