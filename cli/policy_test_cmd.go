package cli

import (
	"encoding/json"
	"fmt"
	"os"

	"ambit/policy"
)

// PolicyTestCmd is `ambit policy test`.
type PolicyTestCmd struct {
	Suites  []string `arg:"" name:"suite" help:"Test suites, YAML or JSON."`
	JSON    bool     `help:"One JSON object per case and line: name, expect, effect, reason."`
	Verbose bool     `short:"v" help:"Print the cases that pass as well."`
}

// Help shows an example.
func (*PolicyTestCmd) Help() string {
	return "Runs suites of expected decisions, offline. The last line is `N passed, N failed`; the status is 1 if a case fails.\n\n" +
		"Example: ambit policy test policy_test.yaml"
}

// Run runs the suites.
func (c *PolicyTestCmd) Run(env *Env) error {
	passed, failed, broken := 0, 0, false
	enc := json.NewEncoder(env.Out)
	enc.SetEscapeHTML(false)
	for _, name := range c.Suites {
		src, err := readPolicyFile(name)
		if err != nil {
			return err
		}
		results, problems := policy.RunSuite(name, src, policy.SuiteOptions{Open: os.ReadFile, Now: env.Now()})
		for _, p := range problems {
			fmt.Fprintln(env.Err, p)
		}
		broken = broken || problems.Errors()
		for i := range results {
			r := &results[i]
			if r.Passed() {
				passed++
			} else {
				failed++
			}
			if c.JSON {
				if err := enc.Encode(r); err != nil {
					return err
				}
			} else {
				c.print(env, name, r)
			}
		}
	}
	fmt.Fprintf(env.Out, "%d passed, %d failed\n", passed, failed)
	if failed > 0 || broken {
		return &ExitError{Status: statusFail}
	}
	return nil
}

func (c *PolicyTestCmd) print(env *Env, suite string, r *policy.CaseResult) {
	switch {
	case !r.Passed():
		fmt.Fprintf(env.Out, "FAIL %s: %s: expected %s, got %s: %s\n", suite, r.Name, r.Expect, r.Effect, r.Reason)
	case c.Verbose:
		fmt.Fprintf(env.Out, "ok   %s: %s: %s\n", suite, r.Name, r.Effect)
	}
}
