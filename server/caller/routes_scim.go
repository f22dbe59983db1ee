package caller

// scimRoutes are the lines for provisioning (RFC 7644, section 3.2).
func scimRoutes() []Route {
	line := func(id, method, path string, maxBody int) Route {
		return Route{ID: id, Method: method, Path: "/scim/v2" + path, Access: scim, Shape: ShapeSCIM, MaxBody: maxBody}
	}
	return []Route{
		line("scimListUsers", "GET", "/Users", 0),
		line("scimCreateUser", "POST", "/Users", 0),
		line("scimGetUser", "GET", "/Users/:id", 0),
		line("scimReplaceUser", "PUT", "/Users/:id", 0),
		line("scimPatchUser", "PATCH", "/Users/:id", 0),
		line("scimDeleteUser", "DELETE", "/Users/:id", 0),

		// A group's members come in one body.
		line("scimListGroups", "GET", "/Groups", 0),
		line("scimCreateGroup", "POST", "/Groups", MaxBodyHook),
		line("scimGetGroup", "GET", "/Groups/:id", 0),
		line("scimReplaceGroup", "PUT", "/Groups/:id", MaxBodyHook),
		line("scimPatchGroup", "PATCH", "/Groups/:id", MaxBodyHook),
		line("scimDeleteGroup", "DELETE", "/Groups/:id", 0),

		line("scimConfig", "GET", "/ServiceProviderConfig", 0),
		line("scimResourceTypes", "GET", "/ResourceTypes", 0),
		line("scimResourceType", "GET", "/ResourceTypes/:id", 0),
		line("scimSchemas", "GET", "/Schemas", 0),
		line("scimSchema", "GET", "/Schemas/:id", 0),

		// Not supported, which has an answer of its own.
		line("scimBulk", "POST", "/Bulk", 0),
		line("scimGetMe", "GET", "/Me", 0),
		line("scimCreateMe", "POST", "/Me", 0),
		line("scimReplaceMe", "PUT", "/Me", 0),
		line("scimPatchMe", "PATCH", "/Me", 0),
		line("scimDeleteMe", "DELETE", "/Me", 0),
	}
}
