package cli

import (
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	"ambit/agent"
)

// WhoamiCmd shows who is signed in.
type WhoamiCmd struct {
	Server string `env:"AMBIT_SERVER" placeholder:"URL" help:"Address of the server; that of the sign-in when left out."`
	JSON   bool   `name:"json" help:"Print JSON."`
}

// Help shows an example.
func (c *WhoamiCmd) Help() string {
	return `Asks the server who it takes you for: by AMBIT_TOKEN where that is set, else by the sign-in.

Example:
  ambit whoami`
}

// Run asks the server.
func (c *WhoamiCmd) Run(env *Env) error {
	m := machine(env)
	to, err := agent.FindConnection(c.Server, env.Getenv)
	if err != nil {
		return err
	}
	if err := m.Renew(env.Ctx, &to, time.Minute); err != nil {
		return err
	}
	var me struct {
		Kind   string   `json:"kind"`
		Person string   `json:"person,omitempty"`
		Name   string   `json:"name,omitempty"`
		Scopes []string `json:"scopes,omitempty"`
		Server string   `json:"server"`
	}
	if err := clientOf(&to).do(env.Ctx, http.MethodGet, "/api/v1/whoami", nil, &me); err != nil {
		return err
	}
	me.Server = to.Server.String()
	if c.JSON {
		return json.NewEncoder(env.Out).Encode(me)
	}
	who := me.Person
	if who == "" {
		who = "nobody in particular, by the token " + me.Name
	}
	fmt.Fprintf(env.Out, "%s at %s\n", who, me.Server)
	return nil
}
