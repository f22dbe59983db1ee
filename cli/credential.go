package cli

import (
	"fmt"
	"time"
)

// credentialNeeds is how long a printed credential must last: Claude Code asks apiKeyHelper again after five minutes.
const credentialNeeds = 5 * time.Minute

// CredentialCmd prints the session credential.
type CredentialCmd struct{}

// Help shows an example.
func (c *CredentialCmd) Help() string {
	return `Prints the credential of the sign-in alone, and renews it first when less than five minutes are left. It is a secret: pipe it
where it is needed. Coding agents run this themselves.

Example:
  {"apiKeyHelper": "ambit credential"}      in Claude Code's settings`
}

// Run prints it.
func (c *CredentialCmd) Run(env *Env) error {
	signed, err := machine(env).Signed(env.Ctx, credentialNeeds)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintln(env.Out, signed.Token)
	return err
}
