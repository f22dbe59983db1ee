package caller

// directoryRoutes are the lines for people, groups, connections and credentials in the console.
func directoryRoutes() []Route {
	return []Route{}
}
