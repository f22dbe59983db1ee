package caller

// evidenceRoutes are the lines for retention, legal holds, saved searches.
func evidenceRoutes() []Route {
	return []Route{}
}
