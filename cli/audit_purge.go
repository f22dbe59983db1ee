//go:build !client

package cli

import (
	"errors"
	"fmt"
	"net/http"
	"time"
)

// AuditPurgePromptsCmd deletes prompts from the vault.
type AuditPurgePromptsCmd struct {
	where
	Person     string `placeholder:"EMAIL" help:"This person's prompts."`
	Repository string `placeholder:"REPO" help:"Prompts given in this repository."`
	Before     string `placeholder:"TIME" help:"Only those given before this time: 30d, 2026-11-22 or 2026-11-22T05:30:00Z."`
}

// Help shows examples.
func (c *AuditPurgePromptsCmd) Help() string {
	return `The events stay, and the ledger still verifies: they hold salted digests only. What a legal hold may cover stays in the vault.
With --person and --repository only prompts that fit both are purged.

Examples:
  ambit audit purge-prompts --person ada@acme.test
  ambit audit purge-prompts --repository github.com/acme/secret --before 30d`
}

// Run purges.
func (c *AuditPurgePromptsCmd) Run(env *Env) (err error) {
	if c.Person == "" && c.Repository == "" {
		return usage("it is not said whose prompts")("Name a person with --person or a repository with --repository; by age alone: ambit audit retention set prompts=30d")
	}
	request := map[string]any{} // any: a JSON object
	for name, value := range map[string]string{"person": c.Person, "repository": c.Repository} {
		if value != "" {
			request[name] = value
		}
	}
	if c.Before != "" {
		at, err := parseMoment(c.Before, env.Now())
		if err != nil {
			return fmt.Errorf("--before: %w", err)
		}
		request["before"] = at.UTC().Format(time.RFC3339)
	}
	inst, err := c.open(env)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, inst.Close()) }()
	var answer struct{ Purged, Held int64 }
	if err := inst.Client().do(env.Ctx, http.MethodPost, "/api/v1/prompts/purge", request, &answer); err != nil {
		return err
	}
	fmt.Fprintf(env.Out, "purged %d prompts; %d are under a legal hold\n", answer.Purged, answer.Held)
	return nil
}
