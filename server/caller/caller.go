// Package caller says who is calling: principal, roles and scopes, and the one table of routes and who may call them.
package caller

// Kind of a principal.
type Kind string

// The kinds of principals.
const (
	Anonymous   Kind = "anonymous"
	Browser     Kind = "browser"    // console session cookie
	APIToken    Kind = "token"      // ambit token create
	Credential  Kind = "credential" // session credential of an agent, from its sign-in
	Provisioner Kind = "scim"       // an identity provider's SCIM client
	Local       Kind = "local"      // control socket: the operating-system user who runs the server
)

// Role of a person in the console.
type Role string

// The roles.
const (
	Owner         Role = "owner"
	IdentityAdmin Role = "identity_admin"
	SecurityAdmin Role = "security_admin"
	PlatformAdmin Role = "platform_admin"
	Manager       Role = "engineering_manager"
	Reviewer      Role = "reviewer"
	Auditor       Role = "auditor"
)

// Scope of an API token.
type Scope string

// The scopes.
const (
	ScopeDecide      Scope = "decide"       // decision and hook endpoints
	ScopeAuditRead   Scope = "audit:read"   // search, export, checkpoint
	ScopeAuditWrite  Scope = "audit:write"  // report events
	ScopePolicyRead  Scope = "policy:read"  // read policies and versions
	ScopePolicyWrite Scope = "policy:write" // publish
	ScopeTokens      Scope = "tokens"       // create, list, revoke API tokens
	ScopeAgent       Scope = "agent"        // what a signed-in coding agent may do: ask, report, fetch settings; never administer
	ScopeHook        Scope = "hook"         // hook endpoints only: what a token in delivered settings may do
	ScopeSCIM        Scope = "scim"         // provision people and groups of one connection
)

// Principal is an authenticated caller. Its strings are copies: safe to keep after the request.
type Principal struct {
	Kind          Kind
	ID            string // person id, token id, …
	Person        string // e-mail of the person it stands for; "" for a token bound to nobody
	Name          string // for people
	Groups        []string
	GroupsUnknown bool // the provider didn't say which groups: nothing may be concluded from their absence
	Roles         []Role
	Repositories  []string // engineering managers: the repositories that they manage
	Scopes        []Scope
	Connection    string // the connection by which the person signed in; of a provisioner, the one it provisions
	Subject       string // the identity provider's name for the person
	Credential    string // token or session id, for the ledger's actor.credential and asked_by
	CSRF          string // browser sessions: the value that X-CSRF-Token must carry on every changing request
}

// HasRole reports whether p holds one of the roles; the owner holds every role.
func (p *Principal) HasRole(roles ...Role) bool {
	for _, have := range p.Roles {
		if have == Owner {
			return true
		}
		for _, want := range roles {
			if have == want {
				return true
			}
		}
	}
	return false
}

// HasScope reports whether p's token carries the scope.
func (p *Principal) HasScope(want Scope) bool {
	for _, s := range p.Scopes {
		if s == want {
			return true
		}
	}
	return false
}
