package caller

import "slices"

// Shape is the form in which a route reports errors.
type Shape uint8

// The shapes.
const (
	ShapeProblem Shape = iota // application/problem+json, RFC 9457
	ShapeAuthZEN              // a refusal in the form of the AuthZEN Authorization API
	ShapeHook                 // problem+json to a coding agent's hook, for which the status alone refuses
	ShapeOAuth                // {"error", "error_description"}, RFC 6749, section 5.2
	ShapeSCIM                 // RFC 7644, section 3.12
	ShapePage                 // a page for a person's browser, on a path that identity providers or agents send it to
)

// Route is one line of the table of everything that the server answers.
type Route struct {
	ID      string // the operation's id, as in openapi.json; handlers are found by it
	Method  string
	Path    string // Fiber's pattern
	Access  Access
	Shape   Shape
	MaxBody int // bytes; 0 is the default of the API

	// FromElsewhere is for requests that other sites rightly make a browser send (SAML's POST to the ACS, back-channel logout):
	// neither the origin nor a CSRF value is asked for, and the session cookie is not looked at.
	FromElsewhere bool
}

// Browsers reports whether people's browsers call the route: cookies count there, and forgery is guarded against.
func (r *Route) Browsers() bool { return r.Shape == ShapeProblem || r.Shape == ShapePage }

// Key names a route: "GET /healthz".
func (r *Route) Key() string { return r.Method + " " + r.Path }

// MaxBodyDefault bounds a request's body where the route doesn't say otherwise; MaxBodyHook is for routes that carry file
// contents. Both are in bytes.
const (
	MaxBodyDefault = 1 << 20
	MaxBodyHook    = 8 << 20
)

var (
	open      = Access{Anonymous: true}
	anyone    = Access{Anyone: true}
	person    = Access{Person: true}
	deciders  = Access{Scopes: []Scope{ScopeDecide, ScopeAgent}}
	hooks     = Access{Scopes: []Scope{ScopeDecide, ScopeAgent, ScopeHook}}
	scim      = Access{Scopes: []Scope{ScopeSCIM}}
	auditRead = Access{Roles: []Role{Auditor, SecurityAdmin, PlatformAdmin}, Scopes: []Scope{ScopeAuditRead}}
	prompts   = Access{Roles: []Role{Auditor, SecurityAdmin}}
	policyGet = Access{
		Roles:  []Role{SecurityAdmin, IdentityAdmin, PlatformAdmin, Manager, Reviewer, Auditor},
		Scopes: []Scope{ScopePolicyRead, ScopePolicyWrite},
	}
	policySet = Access{Roles: []Role{SecurityAdmin}, Scopes: []Scope{ScopePolicyWrite}}
	tokens    = Access{Roles: []Role{SecurityAdmin, IdentityAdmin}, Scopes: []Scope{ScopeTokens}}
	status    = Access{Person: true, Scopes: []Scope{ScopeAuditRead}}
	owner     = Access{Roles: []Role{Owner}}
)

// Routes is the one table: the server registers these and nothing else, and a test walks them with every kind of caller.
// The decision endpoints stand first, so that they are found first.
func Routes() []Route {
	return slices.Concat(mainRoutes(), signOnRoutes(), oauthRoutes(), scimRoutes(), directoryRoutes(), sinkRoutes(), evidenceRoutes())
}

func mainRoutes() []Route {
	return []Route{
		{ID: "evaluate", Method: "POST", Path: "/access/v1/evaluation", Access: deciders, Shape: ShapeAuthZEN, MaxBody: MaxBodyHook},
		{ID: "evaluateMany", Method: "POST", Path: "/access/v1/evaluations", Access: deciders, Shape: ShapeAuthZEN, MaxBody: MaxBodyHook},
		{ID: "hookClaudeCode", Method: "POST", Path: "/hooks/claude-code", Access: hooks, Shape: ShapeHook, MaxBody: MaxBodyHook},
		{ID: "authzenConfiguration", Method: "GET", Path: "/.well-known/authzen-configuration", Access: open},

		{ID: "health", Method: "GET", Path: "/healthz", Access: open},
		{ID: "ready", Method: "GET", Path: "/readyz", Access: open},
		{ID: "metrics", Method: "GET", Path: "/metrics", Access: open},
		{ID: "schemaAuditEvent", Method: "GET", Path: "/schemas/audit-event/v1.json", Access: open},
		{ID: "schemaPolicy", Method: "GET", Path: "/schemas/policy/v1.json", Access: open},

		{ID: "getOpenAPI", Method: "GET", Path: "/api/v1/openapi.json", Access: open},
		{ID: "whoAmI", Method: "GET", Path: "/api/v1/whoami", Access: anyone},
		{ID: "getStatus", Method: "GET", Path: "/api/v1/status", Access: status},

		{ID: "getSession", Method: "GET", Path: "/api/v1/session", Access: open},
		{ID: "startSetup", Method: "POST", Path: "/api/v1/setup/start", Access: open},
		{ID: "createOwner", Method: "POST", Path: "/api/v1/setup/owner", Access: open},
		{ID: "confirmOwner", Method: "POST", Path: "/api/v1/setup/confirm", Access: open},
		{ID: "setupPolicy", Method: "POST", Path: "/api/v1/setup/policy", Access: owner},
		{ID: "signIn", Method: "POST", Path: "/api/v1/sign-in", Access: open},
		{ID: "verifySignIn", Method: "POST", Path: "/api/v1/sign-in/verify", Access: open},
		{ID: "signOut", Method: "POST", Path: "/api/v1/sign-out", Access: person},
		{ID: "demoSignIn", Method: "POST", Path: "/api/v1/demo/sign-in", Access: open},

		{ID: "searchEvents", Method: "GET", Path: "/api/v1/audit/events", Access: auditRead},
		{ID: "reportEvents", Method: "POST", Path: "/api/v1/audit/events", Access: Access{Scopes: []Scope{ScopeAuditWrite}}},
		{ID: "getEvent", Method: "GET", Path: "/api/v1/audit/events/:id", Access: auditRead},
		{ID: "readPrompt", Method: "POST", Path: "/api/v1/audit/events/:id/prompt", Access: prompts},
		{ID: "tailEvents", Method: "GET", Path: "/api/v1/audit/tail", Access: auditRead},
		{ID: "summariseEvents", Method: "GET", Path: "/api/v1/audit/summary", Access: auditRead},
		{ID: "exportEvents", Method: "GET", Path: "/api/v1/audit/export", Access: auditRead},
		{ID: "getCheckpoint", Method: "GET", Path: "/api/v1/audit/checkpoint", Access: auditRead},
		{ID: "getVerification", Method: "GET", Path: "/api/v1/audit/verify", Access: auditRead},
		{ID: "verifyLedger", Method: "POST", Path: "/api/v1/audit/verify", Access: auditRead},

		{ID: "getPolicy", Method: "GET", Path: "/api/v1/policy", Access: policyGet},
		{ID: "listPolicyPacks", Method: "GET", Path: "/api/v1/policy/packs", Access: policyGet},
		{ID: "listPolicyVersions", Method: "GET", Path: "/api/v1/policy/versions", Access: policyGet},
		{ID: "getPolicyVersion", Method: "GET", Path: "/api/v1/policy/versions/:version", Access: policyGet},
		{ID: "checkPolicy", Method: "POST", Path: "/api/v1/policy/check", Access: policyGet},
		{ID: "tryAction", Method: "POST", Path: "/api/v1/policy/try", Access: policyGet},
		{ID: "publishPolicy", Method: "POST", Path: "/api/v1/policy/publish", Access: policySet},

		{ID: "listTokens", Method: "GET", Path: "/api/v1/tokens", Access: tokens},
		{ID: "createToken", Method: "POST", Path: "/api/v1/tokens", Access: tokens},
		{ID: "revokeToken", Method: "DELETE", Path: "/api/v1/tokens/:id", Access: tokens},
	}
}

// Prefixes are the paths that belong to an API: below them an unknown path is 404, never the console's page. Where Closed is
// set, an unauthenticated caller gets 401 there instead, so that it can't map the paths.
var Prefixes = []struct {
	Path   string
	Closed bool
}{
	{"/access/", true},
	{"/hooks/", true},
	{"/.well-known/", false},
	{"/oauth/", false},
	{"/device/", false},
	{"/sso/", false},
	{"/scim/", true},
	{"/v1/", true},
	{"/managed/", true},
	{"/api/", true},
	{"/schemas/", false},
	{"/healthz", false},
	{"/readyz", false},
	{"/metrics", false},
}
