package audit

import (
	"fmt"

	"ambit/db"
)

// InvalidError says that an event can't be recorded as it is.
type InvalidError struct{ what string }

// Error implements error.
func (e *InvalidError) Error() string { return "event can't be recorded: " + e.what }

// Code is invalid.
func (e *InvalidError) Code() string { return "invalid" }

// Hint is empty: the message names the place.
func (e *InvalidError) Hint() string { return "" }

// ErrUnavailable matches (errors.Is) every error that says the ledger can't be written now. Nothing may be allowed then.
var ErrUnavailable = &UnavailableError{}

// UnavailableError says why the ledger can't be written. The ledger recovers by itself.
type UnavailableError struct{ cause error }

// Error implements error.
func (e *UnavailableError) Error() string {
	if e.cause == nil {
		return "the audit ledger can't be written"
	}
	if fault := db.Fault(e.cause); fault != "" {
		return fmt.Sprintf("the audit ledger can't be written: %s (%v)", fault, e.cause)
	}
	return fmt.Sprintf("the audit ledger can't be written: %v", e.cause)
}

// Code is ledger_unavailable.
func (e *UnavailableError) Code() string { return "ledger_unavailable" }

// Hint tells the operator what to do.
func (e *UnavailableError) Hint() string {
	return "Ambit refuses every action until it can record it, and goes on by itself then. An administrator should check the free space and the rights of the data folder."
}

// Unwrap gives the cause.
func (e *UnavailableError) Unwrap() error { return e.cause }

// Is makes every UnavailableError match ErrUnavailable.
func (e *UnavailableError) Is(target error) bool { return target == ErrUnavailable }

// DamageError says that the ledger was altered outside Ambit. The ledger does not open over it.
type DamageError struct {
	Seq  int64 // first entry that can't be vouched for
	What string
}

// Error implements error.
func (e *DamageError) Error() string {
	return fmt.Sprintf("the audit ledger was altered: %s (first bad entry: seq %d)", e.What, e.Seq)
}

// Code is ledger_damaged.
func (e *DamageError) Code() string { return "ledger_damaged" }

// Hint tells the operator what to do.
func (e *DamageError) Hint() string {
	return "Keep a copy of the data folder as evidence, run `ambit audit verify --data DIR` on it, and restore from a backup."
}
