//go:build !client

package cli

import (
	"strconv"
	"strings"
	"time"
)

// TokenCmd manages API tokens.
type TokenCmd struct {
	Create TokenCreateCmd `cmd:"" help:"Create an API token and print it once."`
	List   TokenListCmd   `cmd:"" help:"List API tokens, revoked ones included."`
	Revoke TokenRevokeCmd `cmd:"" help:"End an API token at once."`
}

// tokenView is a token as the API shows it.
type tokenView struct {
	ID        string     `json:"id"`
	Name      string     `json:"name"`
	Scopes    []string   `json:"scopes"`
	Person    string     `json:"person,omitempty"`
	CreatedAt time.Time  `json:"created_at"`
	CreatedBy string     `json:"created_by"`
	ExpiresAt *time.Time `json:"expires_at,omitempty"`
	LastUsed  *time.Time `json:"last_used_at,omitempty"`
	RevokedAt *time.Time `json:"revoked_at,omitempty"`
}

// state says in one word or two whether the token still counts.
func (t *tokenView) state(now time.Time) string {
	switch {
	case t.RevokedAt != nil:
		return "revoked"
	case t.ExpiresAt == nil:
		return "valid"
	case !t.ExpiresAt.After(now):
		return "expired"
	default:
		return "until " + t.ExpiresAt.Format("2006-01-02")
	}
}

// parseSpan reads a span of time such as 90d, 12w or 36h.
func parseSpan(text string) (time.Duration, error) {
	day := 24 * time.Hour
	for suffix, unit := range map[string]time.Duration{"d": day, "w": 7 * day, "y": 365 * day} {
		if number, ok := strings.CutSuffix(text, suffix); ok {
			n, err := strconv.ParseUint(number, 10, 16)
			if err != nil || n == 0 || n > 36500 || time.Duration(n)*unit > 36500*day {
				return 0, badSpan(text)
			}
			return time.Duration(n) * unit, nil
		}
	}
	d, err := time.ParseDuration(text)
	if err != nil || d <= 0 {
		return 0, badSpan(text)
	}
	return d, nil
}

func badSpan(text string) error {
	return usage("--expires: %q is not a span of time", text)("Write it as 90d, 12w or 36h")
}
