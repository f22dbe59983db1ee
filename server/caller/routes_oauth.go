package caller

// oauthRoutes are the lines for sign-in of agents and command lines.
func oauthRoutes() []Route {
	return []Route{}
}
