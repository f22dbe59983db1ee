package policystore

import (
	"fmt"

	"ambit/policy"
)

// Error is a refusal with a code.
type Error struct{ code, message, hint string }

// Error is the message for the caller.
func (e *Error) Error() string { return e.message }

// Code is conflict, not_found or too_large.
func (e *Error) Code() string { return e.code }

// Hint is the remedy.
func (e *Error) Hint() string { return e.hint }

// InvalidError refuses a policy document that has errors.
type InvalidError struct{ problems policy.Problems }

// Error names the first error and how many there are.
func (e *InvalidError) Error() string {
	for _, p := range e.problems {
		if p.Severity == policy.SeverityError {
			return fmt.Sprintf("the policy has errors and was not published: %s", p)
		}
	}
	return "the policy has errors and was not published"
}

// Code is policy_invalid.
func (e *InvalidError) Code() string { return "policy_invalid" }

// Hint is the remedy.
func (e *InvalidError) Hint() string {
	return "Mend them, or look at all of them with `ambit policy check`."
}

// ProblemList is what is wrong, with places.
func (e *InvalidError) ProblemList() any { return e.problems }
