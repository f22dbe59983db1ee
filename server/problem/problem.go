// Package problem maps domain errors to HTTP answers: application/problem+json (RFC 9457) on Ambit's own API.
package problem

// Coded is an error with a stable code that one table here maps to an HTTP status. Packages implement it without importing
// this package.
type Coded interface {
	error
	Code() string // invalid, unauthenticated, forbidden, not_found, conflict, too_large, rate_limited, ledger_unavailable, …
	Hint() string // the remedy; may be empty
}
