package demo

import (
	"encoding/json"

	"ambit/server/caller"
)

// The people who appear in more than one place.
const (
	owner         = "olga.berg@acme.test"
	security      = "sam.ito@acme.test"
	identityAdmin = "ines.duarte@acme.test"
	auditor       = "aisha.khan@acme.test"
	reviewer      = "rui.costa@acme.test"
	payments      = "ada.park@acme.test"
)

// people is the sample organisation: its groups stand for those of an identity provider, and rules turn them into roles. Only the
// owner has a role by hand.
func people() []caller.Person {
	return []caller.Person{
		{Email: owner, Name: "Olga Berg", Direct: caller.Direct{Groups: []string{"staff", "platform"}, Roles: []caller.Role{caller.Owner}}},
		{Email: security, Name: "Sam Ito", Direct: caller.Direct{Groups: []string{"staff", "security"}}},
		{Email: identityAdmin, Name: "Ines Duarte", Direct: caller.Direct{Groups: []string{"staff", "it"}}},
		{Email: auditor, Name: "Aisha Khan", Direct: caller.Direct{Groups: []string{"audit"}}},
		{Email: reviewer, Name: "Rui Costa", Direct: caller.Direct{Groups: []string{"eng-senior", "payments-leads"}}},
		{Email: "maya.singh@acme.test", Name: "Maya Singh", Direct: caller.Direct{Groups: []string{"staff", "payments-managers"}}},
		{Email: payments, Name: "Ada Park", Direct: caller.Direct{Groups: []string{"eng-senior", "payments"}}},
		{Email: "ben.osei@acme.test", Name: "Ben Osei", Direct: caller.Direct{Groups: []string{"engineers", "web"}}},
		{Email: "chen.li@acme.test", Name: "Chen Li", Direct: caller.Direct{Groups: []string{"eng-senior", "web"}}},
		{Email: "dora.novak@acme.test", Name: "Dora Novák", Direct: caller.Direct{Groups: []string{"engineers", "platform"}}},
		{Email: "elif.kaya@acme.test", Name: "Elif Kaya", Direct: caller.Direct{Groups: []string{"engineers", "data"}}},
		{Email: "finn.larsen@acme.test", Name: "Finn Larsen", Direct: caller.Direct{Groups: []string{"engineers", "payments"}}},
		{Email: "greta.weiss@acme.test", Name: "Greta Weiß", Direct: caller.Direct{Groups: []string{"eng-senior", "platform"}}},
		{Email: "ivan.petrov@acme.test", Name: "Ivan Petrov", Direct: caller.Direct{Groups: []string{"contractors"}}},
		{Email: "jo.silva@acme.test", Name: "Jo Silva", Direct: caller.Direct{Groups: []string{"contractors"}}},
	}
}

// roleRules are which groups give which console roles.
func roleRules() []caller.RoleRule {
	return []caller.RoleRule{
		{Group: "it", Role: caller.IdentityAdmin},
		{Group: "security", Role: caller.SecurityAdmin},
		{Group: "audit", Role: caller.Auditor},
		{Group: "payments-leads", Role: caller.Reviewer},
		{Group: "payments-managers", Role: caller.Manager, Repositories: []string{"github.com/acme/payments*"}},
	}
}

// draftConnection is one to look at: a draft signs nobody in, and its provider doesn't exist.
func draftConnection() *caller.Connection {
	return &caller.Connection{
		ID: "acme-sso", Kind: caller.KindOIDC, Name: "Acme SSO", Domains: []string{"acme.test"}, Testers: []string{identityAdmin, security},
		Config:  json.RawMessage(`{"oidc":{"issuer":"https://login.acme.test/realms/acme","client_id":"ambit","offline_access":true,"groups_claim":"groups"},"accounts":{"groups_from":"claims"}}`),
		Secrets: map[string]string{"client_secret": "there is no such provider"},
	}
}

// workplace is where a person works: which machine, agent and repositories, the favourite first.
type workplace struct {
	email string
	login string
	mac   bool
	agent string
	model string
	repos []string
}

func workplaces() []workplace {
	const claude, older, codex, gemini = "claude-code/2.1.330", "claude-code/2.1.327", "codex/0.98.0", "gemini-cli/1.4.0"
	const sonnet, opus, gpt, pro = "claude-sonnet-5", "claude-opus-4-8", "gpt-5.5-codex", "gemini-3.5-pro"
	return []workplace{
		{payments, "ada", false, claude, sonnet, []string{"payments", "payments", "shop"}},
		{"finn.larsen@acme.test", "finn", true, claude, sonnet, []string{"payments", "shop"}},
		{reviewer, "rui", true, claude, sonnet, []string{"payments", "ledger-lib"}},
		{"ben.osei@acme.test", "ben", true, claude, sonnet, []string{"web", "web", "shop"}},
		{"chen.li@acme.test", "chen", true, older, opus, []string{"web", "web", "design-system"}},
		{"dora.novak@acme.test", "dora", false, claude, sonnet, []string{"infra", "shop"}},
		{"greta.weiss@acme.test", "greta", false, codex, gpt, []string{"infra", "ledger-lib"}},
		{"elif.kaya@acme.test", "elif", false, gemini, pro, []string{"pipelines", "pipelines"}},
		{"ivan.petrov@acme.test", "ivan", false, older, sonnet, []string{"web", "design-system"}},
		{"jo.silva@acme.test", "jo", true, claude, sonnet, []string{"pipelines"}},
	}
}
