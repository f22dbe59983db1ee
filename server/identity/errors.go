package identity

import "fmt"

// Error is a refusal that the caller may see.
type Error struct{ code, message, hint string }

// Error is one sentence for the caller.
func (e *Error) Error() string { return e.message }

// Code is stable: invalid, unauthenticated, forbidden, not_found, gone, rate_limited, unavailable.
func (e *Error) Code() string { return e.code }

// Hint is the remedy; it may be empty.
func (e *Error) Hint() string { return e.hint }

var (
	errCredential = &Error{"unauthenticated", "this credential is not valid (unknown, expired or revoked)", "Sign in again, or create a new token with `ambit token create`."}
	errSession    = &Error{"unauthenticated", "your session has ended", "Sign in again."}
	// One message for every way in which a sign-in can fail: it must not tell which accounts exist.
	errSignIn   = &Error{"unauthenticated", "e-mail, password or second factor is wrong", "Try again. The owner can also use a recovery code as second factor."}
	errLimited  = &Error{"rate_limited", "too many attempts", "Wait a minute, then try again."}
	errSetup    = &Error{"gone", "this set-up link does not work any more", "Restart `ambit serve`: it prints a new link while no owner exists."}
	errProof    = &Error{"invalid", "send exactly one second factor", ""}
	errPasskeys = &Error{"invalid", "passkeys don't work at this address", "Use an authenticator app, or open the console by its host name over https."}
	errNoToken  = &Error{"not_found", "there is no such token, or it is revoked already", "`ambit token list` shows all tokens."}
)

func invalid(format string, args ...any) *Error {
	return &Error{"invalid", fmt.Sprintf(format, args...), ""}
}

func forbidden(message, hint string) *Error { return &Error{"forbidden", message, hint} }
