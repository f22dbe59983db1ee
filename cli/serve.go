//go:build !client

package cli

// ServeCmd runs the server.
type ServeCmd struct{}

// Run serves until it is told to stop.
func (c *ServeCmd) Run(env *Env) error { return nil }
