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
	errNobody   = &Error{"forbidden", "whoever approved this sign-in can't sign in any more", "Ask your administrator."}
	errNoFamily = &Error{"not_found", "there is no such sign-in, or it has ended already", ""}
	errNoToken  = &Error{"not_found", "there is no such token, or it is revoked already", "`ambit token list` shows all tokens."}
)

func invalid(format string, args ...any) *Error {
	return &Error{"invalid", fmt.Sprintf(format, args...), ""}
}

func forbidden(message, hint string) *Error { return &Error{"forbidden", message, hint} }

const signInAgain = "Sign in again: /login in the coding agent, or `ambit login`."

var errAgentCredential = &Error{"unauthenticated", "your sign-in has ended (unknown, expired or revoked)", signInAgain}

// GrantError is a refusal to go on with a sign-in of an agent.
type GrantError struct{ coded }

type coded = Error // a field called Error would hide the method

// OAuthError is the code and the status of a refused refresh: agents take 401 for the sign to sign in again.
func (e *GrantError) OAuthError() (code string, status int) { return "invalid_grant", 401 }

func grantError(message, hint string) *GrantError {
	return &GrantError{coded{"unauthenticated", message, hint}}
}

var (
	errGrant       = grantError("this sign-in has ended (unknown, expired or revoked)", signInAgain)
	errReused      = grantError("a refresh credential was used a second time, so this sign-in was ended for safety", signInAgain)
	errSignInAgain = grantError("the identity provider can't be asked about you, so a sign-in lasts eight hours", signInAgain)
	errDeparted    = grantError("your identity provider does not vouch for you any more", "Sign in again, or ask your administrator.")
	errUnreachable = grantError("your identity provider can't be reached", "Try again later, or ask your administrator.")
)
