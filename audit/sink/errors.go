package sink

import "fmt"

// Error is a refusal that the caller may see.
type Error struct{ code, message, hint string }

// Error is one sentence for the caller.
func (e *Error) Error() string { return e.message }

// Code is stable: invalid, not_found, exists, conflict, unavailable.
func (e *Error) Code() string { return e.code }

// Hint is the remedy; it may be empty.
func (e *Error) Hint() string { return e.hint }

var errNoSink = &Error{"not_found", "there is no such sink", ""}

func invalid(format string, args ...any) *Error {
	return &Error{"invalid", fmt.Sprintf(format, args...), ""}
}
