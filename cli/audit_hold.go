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
	"time"
)

// AuditHoldCmd groups the verbs of legal holds.
type AuditHoldCmd struct {
	Add     HoldAddCmd     `cmd:"" help:"Keep what a search finds from being removed."`
	List    HoldListCmd    `cmd:"" help:"List legal holds, released ones included."`
	Release HoldReleaseCmd `cmd:"" help:"End a legal hold."`
}

type holdView struct {
	ID         string            `json:"id"`
	Name       string            `json:"name"`
	Reason     string            `json:"reason,omitempty"`
	Search     map[string]string `json:"search"`
	CreatedAt  time.Time         `json:"created_at"`
	CreatedBy  string            `json:"created_by"`
	ReleasedAt *time.Time        `json:"released_at,omitempty"`
	ReleasedBy string            `json:"released_by,omitempty"`
}

// HoldAddCmd puts a hold into force.
type HoldAddCmd struct {
	where
	auditFilter
	auditTime
	Name   string   `required:"" placeholder:"NAME" help:"What to call it, as it stands in lists and in the ledger."`
	Reason string   `placeholder:"TEXT" help:"Why, for those who come later."`
	Text   []string `arg:"" optional:"" help:"Words that events must have, as in ambit audit search."`
}

// Help shows examples.
func (c *HoldAddCmd) Help() string {
	return `Everything that the search finds is kept until the hold is released, whatever the retention rules say: what is there now and what
is still to come. Without a filter everything is held. The prompts of held events stay in the vault as well.

Examples:
  ambit audit hold add --name 'case 7' --person ada@acme.test --since 2026-01-01 --reason 'dispute, ask legal'
  ambit audit hold add --name everything`
}

// Run adds it.
func (c *HoldAddCmd) Run(env *Env) (err error) {
	v := c.values()
	if err := c.add(v, env.Now()); err != nil {
		return err
	}
	if len(c.Text) > 0 {
		v.Set("q", strings.Join(c.Text, " "))
	}
	search := map[string]string{}
	for name := range v {
		search[name] = v.Get(name)
	}
	inst, err := c.open(env)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, inst.Close()) }()
	request := map[string]any{"name": c.Name, "reason": c.Reason, "search": search} // any: a JSON object
	var h holdView
	if err := inst.Client().do(env.Ctx, http.MethodPost, "/api/v1/holds", request, &h); err != nil {
		return err
	}
	fmt.Fprintf(env.Out, "Hold %q (%s) is in force.\n", h.Name, h.ID)
	return nil
}

// HoldListCmd lists holds.
type HoldListCmd struct {
	where
	JSON bool `name:"json" help:"Print JSON, one hold a line."`
}

// Help shows an example.
func (c *HoldListCmd) Help() string { return "Example:\n  ambit audit hold list" }

// Run lists them.
func (c *HoldListCmd) Run(env *Env) (err error) {
	inst, err := c.open(env)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, inst.Close()) }()
	var answer struct {
		Holds []holdView `json:"holds"`
	}
	if err := inst.Client().do(env.Ctx, http.MethodGet, "/api/v1/holds", nil, &answer); err != nil {
		return err
	}
	if c.JSON {
		out := json.NewEncoder(env.Out)
		for i := range answer.Holds {
			if err := out.Encode(answer.Holds[i]); err != nil {
				return fmt.Errorf("write hold: %w", err)
			}
		}
		return nil
	}
	if len(answer.Holds) == 0 {
		fmt.Fprintln(env.Out, "No legal holds. `ambit audit hold add` makes one.")
		return nil
	}
	table := tabwriter.NewWriter(env.Out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "ID\tNAME\tSTATE\tSINCE\tBY\tHOLDS")
	for i := range answer.Holds {
		h := &answer.Holds[i]
		state := "in force"
		if h.ReleasedAt != nil {
			state = "released " + h.ReleasedAt.Format(time.DateOnly)
		}
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\t%s\n", h.ID, h.Name, state, h.CreatedAt.Format(time.DateOnly), h.CreatedBy, searchText(h.Search))
	}
	return table.Flush()
}

// searchText is a search in one line.
func searchText(search map[string]string) string {
	var parts []string
	for _, name := range []string{"person", "action", "effect", "repository", "session", "layer", "phase", "type", "since", "until", "q"} {
		if v := search[name]; v != "" {
			parts = append(parts, name+"="+v)
		}
	}
	if len(parts) == 0 {
		return "everything"
	}
	return strings.Join(parts, " ")
}

// HoldReleaseCmd ends a hold.
type HoldReleaseCmd struct {
	where
	Hold string `arg:"" placeholder:"ID" help:"Id or name of the hold, as in ambit audit hold list."`
}

// Help shows an example.
func (c *HoldReleaseCmd) Help() string {
	return `What the hold kept is removed when its time has come: what is overdue, within the hour.

Example:
  ambit audit hold release 'case 7'`
}

// Run releases it.
func (c *HoldReleaseCmd) Run(env *Env) (err error) {
	inst, err := c.open(env)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, inst.Close()) }()
	var h holdView
	if err := inst.Client().do(env.Ctx, http.MethodDelete, "/api/v1/holds/"+url.PathEscape(c.Hold), nil, &h); err != nil {
		return err
	}
	fmt.Fprintf(env.Out, "Hold %q (%s) is released.\n", h.Name, h.ID)
	return nil
}
