package cli

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"ambit/policy"
)

// PolicyShowCmd is `ambit policy show`.
type PolicyShowCmd struct {
	File       string   `arg:"" help:"A policy document." type:"path"`
	JSON       bool     `help:"The document as JSON."`
	User       string   `help:"Show what holds for this person instead."`
	Group      []string `help:"Groups of the person."`
	Repository string   `help:"Repository in which they work, such as github.com/acme/app."`
}

// Help shows examples.
func (*PolicyShowCmd) Help() string {
	return "Prints a policy document in short, or what holds for one person in one repository.\n\n" +
		"Example: ambit policy show policy.yaml --user ada@acme.test --group eng-senior --repository github.com/acme/payments"
}

// Run shows the policy.
func (c *PolicyShowCmd) Run(env *Env) error {
	p, err := readPolicy(env, c.File)
	if err != nil {
		return err
	}
	if c.User != "" {
		subject := policy.Subject{ID: c.User, Groups: c.Group, GroupsKnown: true}
		return c.limits(env.Out, p.Limits(subject, policy.Resource{Repository: c.Repository}, ""))
	}
	if c.JSON {
		enc := json.NewEncoder(env.Out)
		enc.SetEscapeHTML(false)
		enc.SetIndent("", "  ")
		return enc.Encode(p.Document())
	}
	return showDocument(env.Out, p.Document())
}

func (c *PolicyShowCmd) limits(w io.Writer, l policy.Limits) error {
	if c.JSON {
		return json.NewEncoder(w).Encode(l)
	}
	if !l.Access {
		_, err := fmt.Fprintf(w, "%s: no access, because no permission tier fits\n", c.User)
		return err
	}
	caching := l.Caching.Mode
	if l.Caching.TTL != "" {
		caching += " " + l.Caching.TTL
	}
	_, err := fmt.Fprintf(w, "tier:     %s\nlayers:   %s\nmodels:   %s (ceiling %s)\ncaching:  %s\n", or(l.Tier, "not known"), strings.Join(l.Layers, ", "),
		or(strings.Join(l.Models, ", "), "none"), or(l.Ceiling, "none"), caching)
	return err
}

func or(s, otherwise string) string {
	if s == "" {
		return otherwise
	}
	return s
}

func showDocument(w io.Writer, d *policy.Document) error {
	var b strings.Builder
	fmt.Fprintf(&b, "mode %s, %d tiers, %d layers, %d exceptions\n", or(string(d.Mode), string(policy.Enforce)), len(d.Tiers), len(d.Layers), len(d.Exceptions))
	for _, t := range d.Tiers {
		fmt.Fprintf(&b, "tier %s: %s\n", t.Name, strings.Join(t.Groups, ", "))
	}
	for i := range d.Layers {
		fmt.Fprintf(&b, "layer %s\n", d.Layers[i].Name)
		for _, line := range policy.Summary(&d.Layers[i]) {
			fmt.Fprintf(&b, "  %s\n", line)
		}
	}
	for _, x := range d.Exceptions {
		fmt.Fprintf(&b, "exception for %s until %s: %s\n", x.Who, x.Until, or(x.Reason, "no reason given"))
	}
	_, err := io.WriteString(w, b.String())
	return err
}
