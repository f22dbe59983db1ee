package caller

var (
	sinksRead  = Access{Roles: []Role{PlatformAdmin, SecurityAdmin, Auditor}}
	sinksWrite = Access{Roles: []Role{PlatformAdmin, SecurityAdmin}}
)

// sinkRoutes are the lines for where the ledger is forwarded to.
func sinkRoutes() []Route {
	return []Route{
		{ID: "listSinks", Method: "GET", Path: "/api/v1/sinks", Access: sinksRead},
		{ID: "createSink", Method: "POST", Path: "/api/v1/sinks", Access: sinksWrite},
		{ID: "getSink", Method: "GET", Path: "/api/v1/sinks/:id", Access: sinksRead},
		{ID: "updateSink", Method: "PUT", Path: "/api/v1/sinks/:id", Access: sinksWrite},
		{ID: "deleteSink", Method: "DELETE", Path: "/api/v1/sinks/:id", Access: sinksWrite},
		{ID: "pauseSink", Method: "POST", Path: "/api/v1/sinks/:id/pause", Access: sinksWrite},
		{ID: "resumeSink", Method: "POST", Path: "/api/v1/sinks/:id/resume", Access: sinksWrite},
		{ID: "testSink", Method: "POST", Path: "/api/v1/sinks/:id/test", Access: sinksWrite},
		{ID: "rotateSinkSecret", Method: "POST", Path: "/api/v1/sinks/:id/secrets", Access: sinksWrite},
		{ID: "listSetAside", Method: "GET", Path: "/api/v1/sinks/:id/set-aside", Access: sinksRead},
		{ID: "retrySetAside", Method: "POST", Path: "/api/v1/sinks/:id/set-aside/retry", Access: sinksWrite},
		{ID: "dismissSetAside", Method: "POST", Path: "/api/v1/sinks/:id/set-aside/dismiss", Access: sinksWrite},
	}
}
