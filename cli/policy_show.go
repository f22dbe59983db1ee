package cli

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"

	"ambit/policy"
)

// PolicyShowCmd is `ambit policy show`.
type PolicyShowCmd struct {
	where
	File       string   `arg:"" optional:"" help:"A policy document; without one, the policy that is in force."`
	Source     bool     `help:"The document as it was written."`
	JSON       bool     `help:"The document as JSON."`
	User       string   `help:"Show what holds for this person instead."`
	Group      []string `help:"Groups of the person."`
	Repository string   `help:"Repository in which they work, such as github.com/acme/app."`
}

// Help shows examples.
func (*PolicyShowCmd) Help() string {
	return "Prints a policy document in short, or what holds for one person in one repository.\n\n" +
		"Examples:\n  ambit policy show\n  ambit policy show --source > policy.yaml\n  ambit policy show policy.yaml --user ada@acme.test --group eng-senior --repository github.com/acme/payments"
}

// Run shows the policy.
func (c *PolicyShowCmd) Run(env *Env) error {
	name, src, err := c.read(env)
	if err != nil {
		return err
	}
	if c.Source {
		_, err := env.Out.Write(src)
		return err
	}
	p, err := loadPolicy(env, name, src)
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

// read gives the document: from a file, or from the installation.
func (c *PolicyShowCmd) read(env *Env) (name string, src []byte, err error) {
	if c.File != "" {
		src, err = readPolicyFile(c.File)
		return c.File, src, err
	}
	inst, err := c.open(env)
	if err != nil {
		return "", nil, err
	}
	defer func() { err = errors.Join(err, inst.Close()) }()
	var published struct {
		Version int64  `json:"version"`
		Source  string `json:"source"`
	}
	if err := inst.Client().do(env.Ctx, http.MethodGet, "/api/v1/policy", nil, &published); err != nil {
		return "", nil, err
	}
	if published.Source == "" {
		return "", nil, &adviceError{"no policy is published yet", "Publish one: ambit policy apply policy.yaml"}
	}
	return fmt.Sprintf("version %d", published.Version), []byte(published.Source), nil
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
