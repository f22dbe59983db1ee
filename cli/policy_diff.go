package cli

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"

	"ambit/policy"
)

// PolicyDiffCmd is `ambit policy diff`.
type PolicyDiffCmd struct {
	Before string `arg:"" help:"The older policy document."`
	After  string `arg:"" help:"The newer policy document."`
	JSON   bool   `help:"One JSON object per change and line."`
}

// Help shows an example.
func (*PolicyDiffCmd) Help() string {
	return "Lists what changed between two policy documents, and whether it opens or narrows what is allowed.\n\n" +
		"Example: ambit policy diff old.yaml new.yaml"
}

// Run compares the files.
func (c *PolicyDiffCmd) Run(env *Env) error {
	before, err := readPolicy(env, c.Before)
	if err != nil {
		return err
	}
	after, err := readPolicy(env, c.After)
	if err != nil {
		return err
	}
	changes := policy.Diff(before.Document(), after.Document())
	for _, change := range changes {
		if c.JSON {
			if err := json.NewEncoder(env.Out).Encode(change); err != nil {
				return err
			}
		} else {
			fmt.Fprintln(env.Out, change)
		}
	}
	if len(changes) == 0 && !c.JSON {
		fmt.Fprintln(env.Out, "no differences")
	}
	return nil
}

// readPolicy loads a policy file; its problems are printed where they keep it from being used.
func readPolicy(env *Env, name string) (*policy.Policy, error) {
	src, err := readPolicyFile(name)
	if err != nil {
		return nil, err
	}
	return loadPolicy(env, name, src)
}

func loadPolicy(env *Env, name string, src []byte) (*policy.Policy, error) {
	p, problems := policy.Load(name, src)
	if p != nil {
		return p, nil
	}
	for _, problem := range problems {
		fmt.Fprintln(env.Err, problem)
	}
	return nil, &ExitError{Status: statusFail}
}

// readPolicyFile reads a policy or a suite that the command line names.
func readPolicyFile(name string) ([]byte, error) {
	src, err := os.ReadFile(name)
	if err != nil {
		var path *os.PathError
		if errors.As(err, &path) {
			err = path.Err
		}
		return nil, &adviceError{fmt.Sprintf("read %s: %v", name, err), "Name the file of a policy or suite"}
	}
	return src, nil
}
