package oauth

import "github.com/gofiber/fiber/v2"

// Error is a refusal in the words of RFC 6749, section 5.2.
type Error struct {
	oauth         string
	status        int
	message, hint string
}

// Error is one sentence for the person.
func (e *Error) Error() string { return e.message }

// Code is the code that server/problem maps to HTTP; the OAuth endpoints answer with OAuthError instead.
func (e *Error) Code() string {
	switch e.status {
	case fiber.StatusUnauthorized:
		return "unauthenticated"
	case fiber.StatusTooManyRequests:
		return "rate_limited"
	case fiber.StatusServiceUnavailable:
		return "unavailable"
	default:
		return "invalid"
	}
}

// Hint is the remedy.
func (e *Error) Hint() string { return e.hint }

// OAuthError is the error code and the HTTP status.
func (e *Error) OAuthError() (code string, status int) { return e.oauth, e.status }

func refuse(code, message, hint string) *Error {
	return &Error{code, fiber.StatusBadRequest, message, hint}
}

var (
	errForm = refuse("invalid_request", "the request must be a form (application/x-www-form-urlencoded) in UTF-8", "")

	// RFC 8628, section 3.5.
	errPending  = refuse("authorization_pending", "nobody has approved this sign-in yet", "Go on asking.")
	errSlowDown = refuse("slow_down", "this asks too often", "Wait five seconds longer between two questions from now on.")
	errDenied   = refuse("access_denied", "the sign-in was refused", "")
	errExpired  = refuse("expired_token", "nobody approved this sign-in in time", "Start again.")
	errDevice   = refuse("invalid_grant", "this device code is not known, or its credentials were fetched already", "Start again.")

	errGrantType = refuse("unsupported_grant_type", "this grant type is not offered here",
		"Use urn:ietf:params:oauth:grant-type:device_code, refresh_token or urn:ietf:params:oauth:grant-type:token-exchange.")

	errTooMany = &Error{"slow_down", fiber.StatusTooManyRequests, "too many requests come from your address", "Wait a minute, then try again."}
)
