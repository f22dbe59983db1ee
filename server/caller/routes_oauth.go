package caller

// MaxBodyOAuth bounds a form of the OAuth endpoints. ID tokens with long lists of groups come to a few KiB.
const MaxBodyOAuth = 64 << 10

// oauthRoutes are the lines for sign-in of agents and command lines.
func oauthRoutes() []Route {
	introspectors := Access{Scopes: []Scope{ScopeDecide, ScopeAgent}}
	return []Route{
		{ID: "oauthMetadata", Method: "GET", Path: "/.well-known/oauth-authorization-server", Access: open, Shape: ShapeOAuth},
		{ID: "authorizeDevice", Method: "POST", Path: "/oauth/device_authorization", Access: open, Shape: ShapeOAuth, MaxBody: MaxBodyOAuth},
		{ID: "issueToken", Method: "POST", Path: "/oauth/token", Access: open, Shape: ShapeOAuth, MaxBody: MaxBodyOAuth},
		{ID: "revokeCredential", Method: "POST", Path: "/oauth/revoke", Access: open, Shape: ShapeOAuth, MaxBody: MaxBodyOAuth},
		{ID: "introspectToken", Method: "POST", Path: "/oauth/introspect", Access: introspectors, Shape: ShapeOAuth, MaxBody: MaxBodyOAuth},
		{ID: "showDevice", Method: "GET", Path: "/device", Access: open, Shape: ShapePage},
		{ID: "answerDevice", Method: "POST", Path: "/device", Access: open, Shape: ShapePage, MaxBody: MaxBodyOAuth},
	}
}
