package console

import (
	"regexp"
	"slices"
	"strings"
	"sync"

	"ambit/policy"
)

var typePattern = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)+$`) })

// ownTypes are the first words of the events that only Ambit itself may record, those of parts to come included. An
// action's own name is open to all: results are what reports are for.
var ownTypes = []string{
	"account", "accounts", "admin", "alarm", "ambit", "approval", "audit", "backup", "canary", "checkpoint", "connection", "credential",
	"credentials", "decision", "device", "directory", "enforcement", "everybody", "exception", "gateway", "group", "groups", "hold", "hook",
	"integrity", "ledger", "login", "machine", "member", "oauth", "oidc", "owner", "passkey", "people", "person", "policy", "prompt", "prompts",
	"retention", "role", "role_rule", "roles", "saml", "saved_search", "scim", "scim_token", "session", "sessions", "setting", "settings",
	"setup", "sign_in", "sign_on", "sign_out", "sink", "sinks", "spend", "sso", "telemetry", "token", "tokens", "user",
}

// ours reports whether a name is one of those that only Ambit itself may record.
func ours(name string) bool {
	first, _, _ := strings.Cut(strings.ToLower(name), ".")
	return slices.Contains(ownTypes, first) && !slices.Contains(policy.Actions(), name)
}
