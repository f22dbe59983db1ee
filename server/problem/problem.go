// Package problem maps domain errors to HTTP answers: application/problem+json (RFC 9457) on Ambit's own API.
package problem

// Coded is an error with a stable code that one table here maps to an HTTP status. Packages implement it without importing
// this package.
type Coded interface {
	error
	Code() string // invalid, unauthenticated, forbidden, not_found, conflict, too_large, rate_limited, ledger_unavailable, …
	Hint() string // the remedy; may be empty
}

// Error is a Coded error for handlers that have no domain error to pass on.
type Error struct {
	code, message, hint string
}

// New makes an error with a code, a message for the caller and the remedy, which may be empty.
func New(code, message, hint string) *Error { return &Error{code, message, hint} }

// Error is the message for the caller.
func (e *Error) Error() string { return e.message }

// Code is the stable code.
func (e *Error) Code() string { return e.code }

// Hint is the remedy.
func (e *Error) Hint() string { return e.hint }
