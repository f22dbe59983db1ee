package caller

// signOnRoutes are the lines for people's browsers at the single sign-on connections.
func signOnRoutes() []Route {
	return []Route{}
}
