package cli

import (
	"encoding/json"
	"fmt"

	"ambit/policy"
)

// PolicyCheckCmd is `ambit policy check`.
type PolicyCheckCmd struct {
	Files []string `arg:"" name:"file" help:"Policy documents, YAML or JSON."`
	Mode  string   `enum:"installed,zero-install" default:"installed" help:"zero-install also lists the layers that apply to everybody, because without the client nobody knows the repository."`
	JSON  bool     `help:"One JSON object per finding and line."`
}

// Help shows an example.
func (*PolicyCheckCmd) Help() string {
	return "Reads policy documents and prints every problem as file:line:column. The status is 0 without errors (warnings don't count), else 1.\n\n" +
		"Example: ambit policy check policy.yaml"
}

// Run checks the files.
func (c *PolicyCheckCmd) Run(env *Env) error {
	failed := false
	for _, name := range c.Files {
		src, err := readPolicyFile(name)
		if err != nil {
			return err
		}
		p, problems := policy.Load(name, src)
		failed = failed || problems.Errors()
		if p != nil {
			problems = append(problems, p.Expired(name, env.Now())...)
			if c.Mode == "zero-install" {
				problems = append(problems, p.Rootless(name)...)
			}
		}
		if err := printProblems(env, problems, c.JSON); err != nil {
			return err
		}
		if len(problems) == 0 && !c.JSON {
			fmt.Fprintf(env.Out, "%s: no problems\n", name)
		}
		if p != nil && c.Mode == "zero-install" {
			if err := c.everybody(env, name, p); err != nil {
				return err
			}
		}
	}
	if failed {
		return &ExitError{Status: statusFail}
	}
	return nil
}

// everybody lists the layers that apply to everybody in their tiers and groups.
func (c *PolicyCheckCmd) everybody(env *Env, name string, p *policy.Policy) error {
	layers := p.ZeroInstall()
	if c.JSON {
		for _, l := range layers {
			if err := json.NewEncoder(env.Out).Encode(l); err != nil {
				return err
			}
		}
		return nil
	}
	if len(layers) == 0 {
		fmt.Fprintf(env.Out, "%s: without the client, no layer applies to more people than with it\n", name)
		return nil
	}
	fmt.Fprintf(env.Out, "%s: without the client these layers apply everywhere, because the repository is not known:\n", name)
	for _, l := range layers {
		fmt.Fprintf(env.Out, "  %s: to %s (written for %s)\n", l.Layer, l.Whom, l.Meant)
	}
	return nil
}

// printProblems prints findings, one a line.
func printProblems(env *Env, problems policy.Problems, asJSON bool) error {
	enc := json.NewEncoder(env.Out)
	enc.SetEscapeHTML(false)
	for _, p := range problems {
		if !asJSON {
			fmt.Fprintln(env.Out, p)
		} else if err := enc.Encode(p); err != nil {
			return err
		}
	}
	return nil
}
