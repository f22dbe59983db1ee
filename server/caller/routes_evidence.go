package caller

// evidenceRoutes are the lines for proofs, retention, legal holds, saved searches.
func evidenceRoutes() []Route {
	var (
		seen   = Access{Roles: []Role{Auditor, SecurityAdmin, PlatformAdmin}}
		keeper = Access{Roles: []Role{SecurityAdmin, PlatformAdmin}}
		purger = Access{Roles: []Role{SecurityAdmin}}
		local  = Access{} // the control socket only
	)
	return []Route{
		{ID: "signCheckpoint", Method: "POST", Path: "/api/v1/audit/checkpoint", Access: auditRead},
		{ID: "proveEvent", Method: "GET", Path: "/api/v1/audit/events/:id/proof", Access: auditRead},
		{ID: "proveEvents", Method: "POST", Path: "/api/v1/audit/proofs", Access: auditRead},
		{ID: "proveConsistency", Method: "POST", Path: "/api/v1/audit/consistency", Access: auditRead},
		{ID: "exportBundle", Method: "GET", Path: "/api/v1/audit/bundle", Access: auditRead},
		{ID: "countFacets", Method: "GET", Path: "/api/v1/audit/facets", Access: auditRead},
		{ID: "recordBackup", Method: "POST", Path: "/api/v1/audit/backups", Access: local},

		{ID: "getRetention", Method: "GET", Path: "/api/v1/retention", Access: seen},
		{ID: "setRetention", Method: "PUT", Path: "/api/v1/retention", Access: keeper},
		{ID: "planRetention", Method: "GET", Path: "/api/v1/retention/plan", Access: seen},
		{ID: "runRetention", Method: "POST", Path: "/api/v1/retention/run", Access: keeper},
		{ID: "listHolds", Method: "GET", Path: "/api/v1/holds", Access: seen},
		{ID: "addHold", Method: "POST", Path: "/api/v1/holds", Access: keeper},
		{ID: "releaseHold", Method: "DELETE", Path: "/api/v1/holds/:id", Access: keeper},
		{ID: "purgePrompts", Method: "POST", Path: "/api/v1/prompts/purge", Access: purger},

		{ID: "listSavedSearches", Method: "GET", Path: "/api/v1/saved-searches", Access: auditRead},
		{ID: "createSavedSearch", Method: "POST", Path: "/api/v1/saved-searches", Access: seen},
		{ID: "updateSavedSearch", Method: "PUT", Path: "/api/v1/saved-searches/:id", Access: seen},
		{ID: "deleteSavedSearch", Method: "DELETE", Path: "/api/v1/saved-searches/:id", Access: seen},
	}
}
