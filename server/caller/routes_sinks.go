package caller

// sinkRoutes are the lines for where the ledger is forwarded to.
func sinkRoutes() []Route {
	return []Route{}
}
