package caller

// scimRoutes are the lines for provisioning.
func scimRoutes() []Route {
	return []Route{}
}
