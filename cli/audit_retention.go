//go:build !client

package cli

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"
)

// AuditRetentionCmd groups the verbs of retention.
type AuditRetentionCmd struct {
	Show RetentionShowCmd `cmd:"" help:"Show how long each class of events is kept, and what is due."`
	Set  RetentionSetCmd  `cmd:"" help:"Set how long classes of events are kept."`
	Run  RetentionRunCmd  `cmd:"" help:"Remove what is due now rather than within the hour."`
}

type retentionRule struct {
	Class string `json:"class"`
	Days  int    `json:"days"`
}

type classPlan struct {
	Class  string    `json:"class"`
	Before time.Time `json:"before"`
	Due    int64     `json:"due"`
	Held   int64     `json:"held"`
	Waits  int64     `json:"waits"`
}

type retentionAnswer struct {
	Rules []retentionRule `json:"rules"`
	Holds int             `json:"holds"`
}

// RetentionShowCmd shows rules and what they mean now.
type RetentionShowCmd struct {
	where
	JSON bool `name:"json" help:"Print JSON."`
}

// Help shows an example.
func (c *RetentionShowCmd) Help() string {
	return `What is due is what ambit audit retention run would remove now; held is what a legal hold keeps, waiting what a sink has not got
yet or what is too new for the tree.

Example:
  ambit audit retention show`
}

// Run shows them.
func (c *RetentionShowCmd) Run(env *Env) (err error) {
	inst, err := c.open(env)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, inst.Close()) }()
	var have retentionAnswer
	if err := inst.Client().do(env.Ctx, http.MethodGet, "/api/v1/retention", nil, &have); err != nil {
		return err
	}
	var plan struct {
		Classes []classPlan `json:"classes"`
	}
	if err := inst.Client().do(env.Ctx, http.MethodGet, "/api/v1/retention/plan", nil, &plan); err != nil {
		return err
	}
	if c.JSON {
		return json.NewEncoder(env.Out).Encode(map[string]any{"rules": have.Rules, "holds": have.Holds, "plan": plan.Classes}) // any: a JSON object
	}
	by := map[string]classPlan{}
	for _, p := range plan.Classes {
		by[p.Class] = p
	}
	table := tabwriter.NewWriter(env.Out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "CLASS\tKEPT\tDUE\tHELD\tWAITING")
	for _, r := range have.Rules {
		if r.Days == 0 {
			fmt.Fprintf(table, "%s\tfor ever\t-\t-\t-\n", r.Class)
			continue
		}
		p := by[r.Class]
		fmt.Fprintf(table, "%s\t%d days\t%d\t%d\t%d\n", r.Class, r.Days, p.Due, p.Held, p.Waits)
	}
	if err := table.Flush(); err != nil {
		return err
	}
	fmt.Fprintf(env.Out, "%d legal holds in force\n", have.Holds)
	return nil
}

// RetentionSetCmd sets rules.
type RetentionSetCmd struct {
	where
	Rules []string `arg:"" placeholder:"CLASS=SPAN" help:"decision, result, lifecycle, admin, approval or prompts, and how long: 90d, 12w, 2y, or forever."`
}

// Help shows examples.
func (c *RetentionSetCmd) Help() string {
	return `Classes that aren't named keep their rule. Nothing is removed at once: the server does it in the background, within the hour.
Integrity events, and those that record removals, holds and restores, are kept for ever.

Examples:
  ambit audit retention set decision=400d result=400d prompts=30d
  ambit audit retention set decision=forever`
}

// Run sets them.
func (c *RetentionSetCmd) Run(env *Env) (err error) {
	var request struct {
		Rules []retentionRule `json:"rules"`
	}
	for _, text := range c.Rules {
		r, err := parseRule(text)
		if err != nil {
			return err
		}
		request.Rules = append(request.Rules, r)
	}
	inst, err := c.open(env)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, inst.Close()) }()
	var have retentionAnswer
	if err := inst.Client().do(env.Ctx, http.MethodPut, "/api/v1/retention", request, &have); err != nil {
		return err
	}
	for _, r := range have.Rules {
		kept := "for ever"
		if r.Days > 0 {
			kept = strconv.Itoa(r.Days) + " days"
		}
		fmt.Fprintf(env.Out, "%s: kept %s\n", r.Class, kept)
	}
	return nil
}

func parseRule(text string) (retentionRule, error) {
	class, span, ok := strings.Cut(text, "=")
	if !ok || class == "" {
		return retentionRule{}, usage("%q is not a rule", text)("Write it as decision=400d, or decision=forever")
	}
	if span == "forever" {
		return retentionRule{class, 0}, nil
	}
	d, err := parseSpan(span)
	if err != nil || d < 24*time.Hour || d%(24*time.Hour) != 0 {
		return retentionRule{}, usage("%q is not a number of whole days", span)("Write it as 90d, 12w, 2y or forever")
	}
	return retentionRule{class, int(d / (24 * time.Hour))}, nil
}

// RetentionRunCmd removes what is due.
type RetentionRunCmd struct {
	where
	DryRun bool `name:"dry-run" help:"Only say what would be removed."`
	JSON   bool `name:"json" help:"Print JSON."`
}

// Help shows an example.
func (c *RetentionRunCmd) Help() string {
	return `Works in small steps that decisions go before. The server does the same every hour by itself.

Examples:
  ambit audit retention run --dry-run
  ambit audit retention run`
}

type retentionOutcome struct {
	Events   int64 `json:"events"`
	Prompts  int64 `json:"prompts"`
	Held     int64 `json:"held"`
	Waits    int64 `json:"waits"`
	Complete bool  `json:"complete"`
}

// Run removes, or says what it would.
func (c *RetentionRunCmd) Run(env *Env) (err error) {
	if c.DryRun {
		return (&RetentionShowCmd{where: c.where, JSON: c.JSON}).Run(env)
	}
	inst, err := c.open(env)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, inst.Close()) }()
	var all retentionOutcome
	for !all.Complete {
		var out retentionOutcome
		if err := inst.Client().do(env.Ctx, http.MethodPost, "/api/v1/retention/run", struct{}{}, &out); err != nil {
			return err
		}
		all = retentionOutcome{all.Events + out.Events, all.Prompts + out.Prompts, out.Held, out.Waits, out.Complete}
		if !out.Complete && inst.parts == nil {
			break // the server's own worker goes on with it
		}
	}
	if c.JSON {
		return json.NewEncoder(env.Out).Encode(all)
	}
	fmt.Fprintf(env.Out, "removed %d events and %d prompts; %d are held, %d wait\n", all.Events, all.Prompts, all.Held, all.Waits)
	if !all.Complete {
		fmt.Fprintln(env.Out, "there is more: the server goes on with it in the background")
	}
	return nil
}
