package caller

// signOnRoutes are the lines for people's browsers at the single sign-on connections.
func signOnRoutes() []Route {
	return []Route{
		{ID: "ssoLogin", Method: "GET", Path: "/sso/:connection/login", Access: open, Shape: ShapePage},
		{ID: "ssoCallback", Method: "GET", Path: "/sso/:connection/callback", Access: open, Shape: ShapePage},
		{ID: "ssoFinish", Method: "GET", Path: "/sso/:connection/finish", Access: open, Shape: ShapePage},
		{ID: "samlMetadata", Method: "GET", Path: "/sso/:connection/saml/metadata", Access: open, Shape: ShapePage},
		{ID: "samlACS", Method: "POST", Path: "/sso/:connection/saml/acs", Access: open, Shape: ShapePage, FromElsewhere: true},
		{ID: "backChannelLogout", Method: "POST", Path: "/sso/:connection/backchannel-logout", Access: open, Shape: ShapeOAuth, FromElsewhere: true, MaxBody: 256 << 10},
	}
}
