//go:build !client

package cli

// root lists the verbs of the full program, in the order in which --help shows them.
type root struct {
	Serve ServeCmd `cmd:"" help:"Run the server: console, decisions, ledger."`
}
