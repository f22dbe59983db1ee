//go:build !client

package cli

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"

	"ambit/policy"
)

// PolicyApplyCmd publishes a policy document.
type PolicyApplyCmd struct {
	where
	File    string `arg:"" placeholder:"FILE" help:"The policy document, YAML or JSON; - reads standard input."`
	Comment string `short:"m" placeholder:"TEXT" help:"What changed and why, for the history."`
	Base    int64  `default:"-1" placeholder:"N" help:"Publish only where version N is the newest (otherwise whatever it is)."`
}

// Help shows examples.
func (c *PolicyApplyCmd) Help() string {
	return `Checks the document, publishes it as a new version, and puts it in force at once. A missing data folder is created.

Examples:
  ambit policy apply policy.yaml -m "allow make test"
  ambit policy apply policy.yaml --server https://ambit.example.com --base 7`
}

// Run publishes.
func (c *PolicyApplyCmd) Run(env *Env) (err error) {
	source, err := readDocument(env, c.File)
	if err != nil {
		return err
	}
	// The document is checked here first: its errors then carry the file's own name.
	_, problems := policy.Load(c.File, source)
	for _, p := range problems {
		fmt.Fprintln(env.Err, p.String())
	}
	if problems.Errors() {
		return &ExitError{Status: statusFail, Err: &adviceError{"the policy has errors and was not published", "Mend the places named above"}}
	}
	inst, err := c.create(env)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, inst.Close()) }()
	base := c.Base
	if base < 0 {
		if base, err = newest(env, inst.Client()); err != nil {
			return err
		}
	}
	var answer struct {
		Version int64 `json:"version"`
	}
	request := map[string]any{"source": string(source), "comment": c.Comment, "base_version": base} // any: a JSON object
	if err := inst.Client().do(env.Ctx, http.MethodPost, "/api/v1/policy/publish", request, &answer); err != nil {
		return err
	}
	fmt.Fprintf(env.Out, "Published as version %d.\n", answer.Version)
	return nil
}

// newest asks for the version in force; 0 where none was published.
func newest(env *Env, api *apiClient) (int64, error) {
	var versions struct {
		Version int64 `json:"version"`
	}
	err := api.do(env.Ctx, http.MethodGet, "/api/v1/policy", nil, &versions)
	var refused *apiError
	if errors.As(err, &refused) && refused.Status == http.StatusNotFound {
		return 0, nil
	}
	return versions.Version, err
}

func readDocument(env *Env, name string) ([]byte, error) {
	if name == "-" {
		text, err := io.ReadAll(env.In)
		if err != nil {
			return nil, fmt.Errorf("read standard input: %w", err)
		}
		return text, nil
	}
	text, err := os.ReadFile(name)
	if err != nil {
		var path *os.PathError
		if errors.As(err, &path) {
			err = path.Err
		}
		return nil, &adviceError{fmt.Sprintf("read %s: %v", name, err), "Name the policy's file, or - for standard input"}
	}
	return text, nil
}
