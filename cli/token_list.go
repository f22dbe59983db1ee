//go:build !client

package cli

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"text/tabwriter"
)

// TokenListCmd lists API tokens.
type TokenListCmd struct {
	where
	JSON bool `name:"json" help:"Print JSON, one token a line."`
}

// Help shows an example.
func (c *TokenListCmd) Help() string {
	return `Shows what each token may do, for whom, until when, and when it was last used; never the token itself.

Example:
  ambit token list`
}

// Run lists the tokens.
func (c *TokenListCmd) Run(env *Env) (err error) {
	inst, err := c.open(env)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, inst.Close()) }()
	var answer struct {
		Tokens []tokenView `json:"tokens"`
	}
	if err := inst.Client().do(env.Ctx, http.MethodGet, "/api/v1/tokens", nil, &answer); err != nil {
		return err
	}
	if c.JSON {
		out := json.NewEncoder(env.Out)
		for i := range answer.Tokens {
			if err := out.Encode(answer.Tokens[i]); err != nil {
				return fmt.Errorf("write token: %w", err)
			}
		}
		return nil
	}
	if len(answer.Tokens) == 0 {
		fmt.Fprintln(env.Out, "No API tokens yet. `ambit token create` makes one.")
		return nil
	}
	table := tabwriter.NewWriter(env.Out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "ID\tNAME\tFOR\tSCOPES\tSTATE\tLAST USED")
	for i := range answer.Tokens {
		t := &answer.Tokens[i]
		used, person := "never", "-"
		if t.LastUsed != nil {
			used = t.LastUsed.Format("2006-01-02 15:04")
		}
		if t.Person != "" {
			person = t.Person
		}
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\t%s\n", t.ID, t.Name, person, strings.Join(t.Scopes, ","), t.state(env.Now()), used)
	}
	return table.Flush()
}

// TokenRevokeCmd ends an API token.
type TokenRevokeCmd struct {
	where
	ID string `arg:"" placeholder:"ID" help:"Id of the token, as in ambit token list."`
}

// Help shows an example.
func (c *TokenRevokeCmd) Help() string {
	return `The next request with the token is refused.

Example:
  ambit token revoke tok_4Xw0uCqM1vZs8kPd`
}

// Run revokes the token.
func (c *TokenRevokeCmd) Run(env *Env) (err error) {
	inst, err := c.open(env)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, inst.Close()) }()
	if err := inst.Client().do(env.Ctx, http.MethodDelete, "/api/v1/tokens/"+url.PathEscape(c.ID), nil, nil); err != nil {
		return err
	}
	fmt.Fprintf(env.Out, "Revoked %s.\n", c.ID)
	return nil
}
