package cli

import "fmt"

// LogoutCmd ends the sign-in.
type LogoutCmd struct{}

// Help shows an example.
func (c *LogoutCmd) Help() string {
	return `Ends the sign-in on the server, for this machine only, and forgets the credential here.

Example:
  ambit logout`
}

// Run ends the sign-in.
func (c *LogoutCmd) Run(env *Env) error {
	server, err := machine(env).Logout(env.Ctx)
	switch {
	case err != nil && server != "":
		return &adviceError{fmt.Sprintf("the credential was removed from this machine, but the server could not be told: %v", err), "End the sign-in in the console, under Credentials"}
	case err != nil:
		return err
	case server == "":
		fmt.Fprintln(env.Out, "You were not signed in.")
	default:
		fmt.Fprintf(env.Out, "Signed out of %s.\n", server)
	}
	return nil
}
