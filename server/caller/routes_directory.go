package caller

var (
	directoryGet = Access{Roles: []Role{IdentityAdmin, SecurityAdmin, Auditor}}
	directorySet = Access{Roles: []Role{IdentityAdmin}}
	cutting      = Access{Roles: []Role{IdentityAdmin, SecurityAdmin}} // taking access away needs less than giving it
	roleRules    = Access{Roles: []Role{IdentityAdmin, SecurityAdmin}} // nobody hands out a role that they don't have
)

// directoryRoutes are the lines for people, groups, connections and credentials in the console.
func directoryRoutes() []Route {
	const connections, people = "/api/v1/connections", "/api/v1/people"
	return []Route{
		{ID: "listSignInChoices", Method: "GET", Path: "/api/v1/sign-in/choices", Access: open},

		{ID: "listConnections", Method: "GET", Path: connections, Access: directoryGet},
		{ID: "createConnection", Method: "POST", Path: connections, Access: directorySet},
		{ID: "getConnection", Method: "GET", Path: connections + "/:id", Access: directoryGet},
		{ID: "updateConnection", Method: "PUT", Path: connections + "/:id", Access: directorySet},
		{ID: "deleteConnection", Method: "DELETE", Path: connections + "/:id", Access: directorySet},
		{ID: "stageConnection", Method: "POST", Path: connections + "/:id/stage", Access: directorySet},
		{ID: "inspectConnection", Method: "POST", Path: connections + "/:id/inspect", Access: directorySet},
		{ID: "getTestSignIn", Method: "GET", Path: connections + "/:id/tests/:test", Access: directorySet},
		{ID: "rollConnectionKeys", Method: "POST", Path: connections + "/:id/roll-keys", Access: directorySet},
		{ID: "listSCIMTokens", Method: "GET", Path: connections + "/:id/scim-tokens", Access: directoryGet},
		{ID: "createSCIMToken", Method: "POST", Path: connections + "/:id/scim-tokens", Access: directorySet},
		{ID: "revokeSCIMToken", Method: "DELETE", Path: connections + "/:id/scim-tokens/:token", Access: directorySet},

		{ID: "listPeople", Method: "GET", Path: people, Access: directoryGet},
		{ID: "previewPerson", Method: "POST", Path: people + "/preview", Access: directoryGet},
		{ID: "cutOffEverybody", Method: "POST", Path: people + "/cut-off", Access: cutting},
		{ID: "getPerson", Method: "GET", Path: people + "/:id", Access: directoryGet},
		{ID: "cutOffPerson", Method: "POST", Path: people + "/:id/cut-off", Access: cutting},
		{ID: "disablePerson", Method: "POST", Path: people + "/:id/disable", Access: cutting},
		{ID: "enablePerson", Method: "POST", Path: people + "/:id/enable", Access: directorySet},
		{ID: "linkAccount", Method: "POST", Path: people + "/:id/accounts", Access: directorySet},
		{ID: "endSession", Method: "DELETE", Path: "/api/v1/sessions/:id", Access: cutting},

		{ID: "listGroups", Method: "GET", Path: "/api/v1/groups", Access: directoryGet},
		{ID: "listRoleRules", Method: "GET", Path: "/api/v1/role-rules", Access: directoryGet},
		{ID: "addRoleRule", Method: "POST", Path: "/api/v1/role-rules", Access: roleRules},
		{ID: "deleteRoleRule", Method: "DELETE", Path: "/api/v1/role-rules/:id", Access: roleRules},

		{ID: "revokePersonCredentials", Method: "DELETE", Path: people + "/:id/credentials", Access: cutting},
		{ID: "listCredentials", Method: "GET", Path: "/api/v1/credentials", Access: directoryGet},
		{ID: "getCredentialSettings", Method: "GET", Path: "/api/v1/settings/credentials", Access: directoryGet},
		{ID: "setCredentialSettings", Method: "PUT", Path: "/api/v1/settings/credentials", Access: directorySet},
		{ID: "cutOffCredential", Method: "DELETE", Path: "/api/v1/credentials/:id", Access: cutting},
	}
}
