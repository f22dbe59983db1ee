package problem

import (
	"crypto/rand"
	"encoding/base32"
	"errors"
	"strings"

	"github.com/gofiber/fiber/v2"
)

// Details is the body of an error answer (RFC 9457, section 3.1). Code, ID, Hint and Problems are extension members.
type Details struct {
	Type   string `json:"type"`
	Title  string `json:"title"`
	Status int    `json:"status"`
	Detail string `json:"detail"`
	Code   string `json:"code"`
	ID     string `json:"id"` // stands in the log too
	Hint   string `json:"hint,omitempty"`

	Problems any `json:"problems,omitempty"` // any: an endpoint's own list of findings, such as those about a policy document
}

// status of each code that a domain error may carry. An unlisted code is an internal error.
var statuses = map[string]int{
	"invalid":             fiber.StatusBadRequest,
	"unauthenticated":     fiber.StatusUnauthorized,
	"forbidden":           fiber.StatusForbidden,
	"csrf":                fiber.StatusForbidden,
	"not_found":           fiber.StatusNotFound,
	"method_not_allowed":  fiber.StatusMethodNotAllowed,
	"conflict":            fiber.StatusConflict,
	"exists":              fiber.StatusConflict,
	"gone":                fiber.StatusGone,
	"precondition_failed": fiber.StatusPreconditionFailed,
	"too_large":           fiber.StatusRequestEntityTooLarge,
	"unsupported":         fiber.StatusUnsupportedMediaType,
	"misdirected":         fiber.StatusMisdirectedRequest,
	"unprocessable":       fiber.StatusUnprocessableEntity,
	"policy_invalid":      fiber.StatusUnprocessableEntity,
	"rate_limited":        fiber.StatusTooManyRequests,
	"not_implemented":     fiber.StatusNotImplemented,
	"unavailable":         fiber.StatusServiceUnavailable,
	"ledger_unavailable":  fiber.StatusServiceUnavailable,
}

// titles are constant for each code, as RFC 9457 asks.
var titles = map[string]string{
	"invalid":             "The request is not valid",
	"unauthenticated":     "Sign in first",
	"forbidden":           "You may not do this",
	"csrf":                "The request did not come from the console",
	"not_found":           "There is nothing here",
	"method_not_allowed":  "This path does not take that method",
	"conflict":            "Someone else was faster",
	"exists":              "It exists already",
	"too_large":           "The request is too large",
	"precondition_failed": "It has changed meanwhile",
	"misdirected":         "This host name is not ours",
	"policy_invalid":      "The policy has errors",
	"rate_limited":        "Too many attempts",
	"unavailable":         "Not available at the moment",
	"ledger_unavailable":  "The ledger can't be written",
	"internal":            "Something went wrong on the server",
}

// listed is an error with a list of findings for the answer's "problems" member.
type listed interface{ ProblemList() any }

// Of maps an error to its answer. An error without a code becomes "internal" and its text stays in the log.
func Of(err error) Details {
	d := Details{Type: "about:blank", Code: "internal", Status: fiber.StatusInternalServerError, ID: newID()}
	var coded Coded
	var web *fiber.Error
	switch {
	case errors.As(err, &coded) && statuses[coded.Code()] != 0:
		d.Code, d.Status, d.Detail, d.Hint = coded.Code(), statuses[coded.Code()], sentence(coded.Error()), coded.Hint()
	case errors.As(err, &web) && web.Code < fiber.StatusInternalServerError:
		d.Code, d.Status, d.Detail = codeOf(web.Code), web.Code, sentence(web.Message)
	default:
		d.Detail = "The server could not finish this request. The log has the cause under id " + d.ID + "."
	}
	var l listed
	if errors.As(err, &l) {
		d.Problems = l.ProblemList()
	}
	d.Title = titles[d.Code]
	if d.Title == "" {
		d.Title = strings.ToUpper(d.Code[:1]) + strings.ReplaceAll(d.Code[1:], "_", " ")
	}
	return d
}

func codeOf(status int) string {
	switch status {
	case fiber.StatusUnauthorized:
		return "unauthenticated"
	case fiber.StatusForbidden:
		return "forbidden"
	case fiber.StatusNotFound:
		return "not_found"
	case fiber.StatusMethodNotAllowed:
		return "method_not_allowed"
	case fiber.StatusConflict:
		return "conflict"
	case fiber.StatusRequestEntityTooLarge:
		return "too_large"
	case fiber.StatusTooManyRequests:
		return "rate_limited"
	default:
		return "invalid"
	}
}

// sentence starts an error's text with a capital and ends it with a full stop.
func sentence(s string) string {
	if s == "" {
		return s
	}
	s = strings.ToUpper(s[:1]) + s[1:]
	if !strings.ContainsAny(s[len(s)-1:], ".!?") {
		s += "."
	}
	return s
}

// newID is short enough to read out on the telephone. Randomness comes from the system here: an id has no meaning to inject.
func newID() string {
	var b [5]byte
	_, _ = rand.Read(b[:]) // never fails (crypto/rand, Go 1.24)
	return strings.ToLower(base32.StdEncoding.EncodeToString(b[:]))
}
