package cli

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/user"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"ambit/agent"
	"ambit/policy"
)

// Exit statuses of `ambit decide`.
const (
	decideDenied = 1
	decideError  = 2
	decideHeld   = 3
)

// DecideCmd asks for one decision.
type DecideCmd struct {
	where
	Action string `required:"" placeholder:"NAME" help:"What would be done: shell.exec, file.read, file.write, mcp.call, web.fetch, skill.invoke, model.select, tool.use, …"`

	Command string `placeholder:"LINE" help:"shell.exec: the command line."`
	Shell   string `placeholder:"NAME" help:"shell.exec: bash (default), sh, zsh, or 'bash or zsh' where it isn't known."`
	Path    string `placeholder:"FILE" help:"file.read, file.write: the file."`
	Skill   string `placeholder:"NAME" help:"skill.invoke: the skill."`
	Source  string `placeholder:"SOURCE" help:"skill.invoke: where the skill comes from."`
	MCP     string `name:"mcp" placeholder:"SERVER/TOOL" help:"mcp.call: the server and its tool."`
	URL     string `name:"url" placeholder:"URL" help:"web.fetch: the address."`
	Model   string `placeholder:"NAME" help:"model.select: the model."`
	Tool    string `placeholder:"NAME" help:"tool.use, agent.spawn: the tool or agent."`
	Prompt  string `placeholder:"TEXT" help:"prompt.submit: the prompt."`

	Repository string   `placeholder:"REPO" help:"Repository, such as github.com/acme/app (that of the working directory)."`
	Cwd        string   `placeholder:"DIR" help:"Working directory (the current one)."`
	Root       string   `placeholder:"DIR" help:"Root of the session (the work tree that holds the working directory, or the directory itself)."`
	User       string   `placeholder:"EMAIL" help:"Whom it is about (the person the token is bound to, or you)."`
	Group      []string `placeholder:"GROUP" help:"Groups of a person whom the directory doesn't know."`
	Query      bool     `help:"Record it as a what-if, not as an action."`
	JSON       bool     `name:"json" help:"Print the server's answer as JSON."`
}

// Help shows an example and the exit statuses.
func (c *DecideCmd) Help() string {
	return `Exit status: 0 allowed (or only monitored), 1 denied, 3 held for approval, 2 error.

Examples:
  ambit decide --action shell.exec --command 'git status'
  ambit decide --action file.read --path .env --json
  ambit decide --action mcp.call --mcp github/create_issue --user ada@acme.test --group engineers`
}

// decideAnswer is what is read of the answer.
type decideAnswer struct {
	Decision bool `json:"decision"`
	Context  struct {
		ID            string           `json:"id"`
		Effect        policy.Effect    `json:"effect"`
		Enforced      bool             `json:"enforced"`
		PolicyVersion int64            `json:"policy_version"`
		Reason        string           `json:"reason"`
		Hint          string           `json:"hint"`
		Findings      []policy.Finding `json:"findings"`
	} `json:"context"`
}

// Run asks and prints.
func (c *DecideCmd) Run(env *Env) (err error) {
	if err := c.check(); err != nil {
		return &ExitError{Status: decideError, Err: err}
	}
	inst, err := c.open(env)
	if err != nil {
		return &ExitError{Status: decideError, Err: err}
	}
	defer func() {
		if errClose := inst.Close(); errClose != nil {
			err = &ExitError{Status: decideError, Err: errors.Join(err, errClose)}
		}
	}()
	request, err := c.request(env, inst.Client())
	if err != nil {
		return &ExitError{Status: decideError, Err: err}
	}
	var raw json.RawMessage
	if err := inst.Client().do(env.Ctx, http.MethodPost, "/access/v1/evaluation", request, &raw); err != nil {
		return &ExitError{Status: decideError, Err: err}
	}
	var a decideAnswer
	if err := json.Unmarshal(raw, &a); err != nil {
		return &ExitError{Status: decideError, Err: fmt.Errorf("read the server's answer: %w", err)}
	}
	if c.JSON {
		fmt.Fprintln(env.Out, string(raw))
	} else {
		c.print(env, &a)
	}
	switch {
	case a.Decision:
		return nil
	case a.Context.Effect == policy.Hold:
		return &ExitError{Status: decideHeld}
	}
	return &ExitError{Status: decideDenied}
}

// check finds what is a slip on the command line rather than a question: it must not end up in the ledger as a refusal.
func (c *DecideCmd) check() error {
	if !slices.Contains(policy.Actions(), c.Action) {
		return &adviceError{fmt.Sprintf("--action: %q is not an action", c.Action), "Name one of " + strings.Join(policy.Actions(), ", ")}
	}
	needs := map[string]struct{ flag, value string }{
		policy.ActionShellExec: {"--command", c.Command}, policy.ActionFileRead: {"--path", c.Path}, policy.ActionFileWrite: {"--path", c.Path},
		policy.ActionSkillInvoke: {"--skill", c.Skill}, policy.ActionMCPCall: {"--mcp", c.MCP}, policy.ActionWebFetch: {"--url", c.URL},
		policy.ActionModelSelect: {"--model", c.Model}, policy.ActionToolUse: {"--tool", c.Tool}, policy.ActionAgentSpawn: {"--tool", c.Tool},
		policy.ActionPromptSubmit: {"--prompt", c.Prompt},
	}
	if need, ok := needs[c.Action]; ok && need.value == "" {
		return &adviceError{fmt.Sprintf("--action %s needs %s", c.Action, need.flag), "Say what would be done with " + need.flag}
	}
	return nil
}

func (c *DecideCmd) print(env *Env, a *decideAnswer) {
	word, colour := "allowed", green
	switch a.Context.Effect {
	case policy.Allow:
	case policy.Hold:
		word, colour = "held", yellow
	default:
		word, colour = "denied", red
	}
	if !a.Context.Enforced && a.Context.Effect != policy.Allow {
		word += " (monitor mode: recorded, not enforced)"
	}
	fmt.Fprintf(env.Out, "%s  %s\n", paint(env.Out, colour, word), a.Context.Reason)
	if a.Context.Hint != "" {
		fmt.Fprintf(env.Out, "  hint: %s\n", a.Context.Hint)
	}
	for _, f := range a.Context.Findings {
		place := ""
		if f.At != nil && f.At.Offset >= 0 && f.At.Length > 0 && f.At.Offset+f.At.Length <= len(c.Command) {
			place = fmt.Sprintf(" at byte %d `%s`", f.At.Offset, c.Command[f.At.Offset:f.At.Offset+f.At.Length])
		}
		layer := f.Layer
		if layer == "" {
			layer = "always"
		}
		fmt.Fprintf(env.Out, "  %s, %s%s: %s\n", layer, f.Control, place, f.Message)
	}
	fmt.Fprintf(env.Out, "  policy version %d, decision %s\n", a.Context.PolicyVersion, a.Context.ID)
}

type object map[string]any // any: the values of a JSON object that differs by action

// request is the AuthZEN evaluation for the flags.
func (c *DecideCmd) request(env *Env, api *apiClient) (object, error) {
	who, err := c.subject(env, api)
	if err != nil {
		return nil, err
	}
	properties, err := c.properties()
	if err != nil {
		return nil, err
	}
	resource, err := c.resource()
	if err != nil {
		return nil, err
	}
	purpose := "enforce"
	if c.Query {
		purpose = "query"
	}
	return object{
		"subject":  who,
		"action":   object{"name": c.Action, "properties": properties},
		"resource": resource,
		"context":  object{"purpose": purpose},
	}, nil
}

func (c *DecideCmd) subject(env *Env, api *apiClient) (object, error) {
	id := c.User
	if id == "" {
		var me struct{ Person string }
		if err := api.do(env.Ctx, http.MethodGet, "/api/v1/whoami", nil, &me); err != nil {
			return nil, err
		}
		id = me.Person
	}
	if id == "" {
		u, err := user.Current()
		if err != nil || u.Username == "" {
			return nil, &adviceError{"nobody is named", "Say whom it is about with --user"}
		}
		id = u.Username
	}
	properties := object{}
	if len(c.Group) > 0 {
		properties["groups"] = c.Group
	}
	return object{"type": "user", "id": id, "properties": properties}, nil
}

func (c *DecideCmd) properties() (object, error) {
	p := object{}
	for name, value := range map[string]string{
		"command": c.Command, "shell": c.Shell, "path": c.Path, "skill": c.Skill, "source": c.Source, "url": c.URL,
		"model": c.Model, "name": c.Tool, "prompt": c.Prompt,
	} {
		if value != "" {
			p[name] = value
		}
	}
	if c.MCP != "" {
		server, tool, ok := strings.Cut(c.MCP, "/")
		if !ok || server == "" || tool == "" {
			return nil, &adviceError{fmt.Sprintf("--mcp: %q names no tool of a server", c.MCP), "Write it as github/create_issue"}
		}
		p["server"], p["tool"] = server, tool
	}
	return p, nil
}

// resource says where it would happen. Links are not resolved here: the decision is made on the words alone, and says so.
func (c *DecideCmd) resource() (object, error) {
	cwd, given := c.Cwd, c.Cwd != ""
	if !given {
		var err error
		if cwd, err = os.Getwd(); err != nil {
			return nil, fmt.Errorf("find the working directory: %w", err)
		}
	}
	if !filepath.IsAbs(cwd) {
		return nil, &adviceError{fmt.Sprintf("--cwd: %q is not an absolute path", cwd), "Write the whole path"}
	}
	root, repository := c.Root, c.Repository
	if tree, ok := agent.FindWorkTree(cwd); ok {
		if root == "" {
			root = tree.Root
		}
		if repository == "" {
			repository = tree.Repository
		}
	}
	if root == "" && given {
		root = cwd
	}
	home, err := os.UserHomeDir()
	if err != nil {
		home = "" // unknown, which opens nothing
	}
	return object{"type": "repository", "id": repository, "properties": object{
		"root": root, "cwd": cwd, "home": home, "tmp": os.TempDir(), "platform": runtime.GOOS,
	}}, nil
}
