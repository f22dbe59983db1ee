//go:build client

package cli

// root lists the verbs of the client program, which runs on engineers' machines.
type root struct {
}
