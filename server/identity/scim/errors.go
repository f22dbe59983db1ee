package scim

import (
	"errors"
	"fmt"

	"ambit/server/problem"
)

// Error is a refusal with the detail error keyword of RFC 7644, table 9.
type Error struct{ code, scimType, message, hint string }

// Error is one sentence for whoever runs the SCIM client.
func (e *Error) Error() string { return e.message }

// Code is the code that server/problem maps to HTTP.
func (e *Error) Code() string { return e.code }

// Hint is the remedy; it may be empty.
func (e *Error) Hint() string { return e.hint }

// SCIMType is the keyword; it may be empty.
func (e *Error) SCIMType() string { return e.scimType }

// The keywords in use.
const (
	typeFilter     = "invalidFilter"
	typeMutability = "mutability"
	typeNoTarget   = "noTarget"
	typePath       = "invalidPath"
	typeSyntax     = "invalidSyntax"
	typeTooMany    = "tooMany"
	typeUnique     = "uniqueness"
	typeValue      = "invalidValue"
)

func bad(scimType, format string, args ...any) *Error {
	return &Error{code: "invalid", scimType: scimType, message: fmt.Sprintf(format, args...)}
}

func (e *Error) withHint(hint string) *Error { e.hint = hint; return e }

var (
	errConnection = &Error{code: "forbidden", message: "this needs the SCIM token of a connection", hint: "Create one in the console, under the connection's provisioning."}
	errVersion    = &Error{code: "precondition_failed", message: "the resource has changed since that version", hint: "Read it again, then repeat the change."}
	errMe         = &Error{code: "not_implemented", message: "a SCIM token stands for a connection, not for a person, so there is no /Me"}
	errBulk       = &Error{code: "not_implemented", message: "bulk requests are not supported", hint: "Send the operations one by one."}
)

// fromStore gives the store's refusals their keyword: what exists already breaks uniqueness.
func fromStore(err error) error {
	var own *Error
	var coded problem.Coded
	if err == nil || errors.As(err, &own) || !errors.As(err, &coded) {
		return err
	}
	switch coded.Code() {
	case "conflict", "exists":
		return &Error{"conflict", typeUnique, coded.Error(), coded.Hint()}
	case "invalid":
		return &Error{"invalid", typeValue, coded.Error(), coded.Hint()}
	default:
		return err
	}
}
