//go:build !client

package cli

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
)

// TokenCreateCmd creates an API token.
type TokenCreateCmd struct {
	where
	Name    string   `required:"" placeholder:"NAME" help:"What the token is for, as it stands in lists and in the ledger."`
	Scope   []string `required:"" placeholder:"SCOPE,…" help:"What it may do: decide, audit:read, audit:write, policy:read, policy:write, tokens."`
	User    string   `placeholder:"EMAIL" help:"The person it stands for; a coding agent's hook needs one. Somebody unknown is added."`
	Group   []string `placeholder:"GROUP,…" help:"The person's groups from now on."`
	Expires string   `placeholder:"SPAN" help:"When it ends: 90d, 12w, 36h (never)."`
	JSON    bool     `name:"json" help:"Print the token and its record as JSON."`
}

// Help shows examples.
func (c *TokenCreateCmd) Help() string {
	return `Prints the token alone on the last line of standard output; Ambit keeps only its hash. A missing data folder is created.

Examples:
  ambit token create --name ada-laptop --scope decide --user ada@acme.test --group eng-senior --expires 90d
  AMBIT_TOKEN=$(ambit token create --name ci --scope decide,audit:write | tail -n 1)`
}

// Run creates the token.
func (c *TokenCreateCmd) Run(env *Env) (err error) {
	request := map[string]any{"name": c.Name, "scopes": c.Scope} // any: a JSON object
	if c.User != "" {
		request["person"] = c.User
	}
	if len(c.Group) > 0 {
		request["groups"] = c.Group
	}
	if c.Expires != "" {
		span, err := parseSpan(c.Expires)
		if err != nil {
			return err
		}
		request["expires_at"] = env.Now().Add(span).UTC()
	}
	inst, err := c.create(env)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, inst.Close()) }()
	var answer struct {
		Token  tokenView `json:"token"`
		Secret string    `json:"secret"`
	}
	if err := inst.Client().do(env.Ctx, http.MethodPost, "/api/v1/tokens", request, &answer); err != nil {
		return err
	}
	if c.JSON {
		return json.NewEncoder(env.Out).Encode(answer) //nolint:gosec // showing the new token once is what the command is for
	}
	t := &answer.Token
	whom := "for nobody in particular"
	if t.Person != "" {
		whom = "for " + t.Person
	}
	// Everything but the token goes to standard error, so that $(…) holds the token whether or not tail is used.
	fmt.Fprintf(env.Err, "Created %s (%s), %s, scopes %s, %s. It is shown only now:\n", t.Name, t.ID, whom, strings.Join(t.Scopes, ", "), expiry(t))
	fmt.Fprintln(env.Out, answer.Secret)
	return nil
}

func expiry(t *tokenView) string {
	if t.ExpiresAt == nil {
		return "without an end"
	}
	return "until " + t.ExpiresAt.Format("2006-01-02 15:04 MST")
}
