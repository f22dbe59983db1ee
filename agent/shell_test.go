package agent

import (
	"os"
	"path/filepath"
	"testing"
)

// TestShell ensures that the shell is found as Claude Code finds it, and that a name which only looks like one counts for nothing.
func TestShell(t *testing.T) {
	dir := tempDir(t)
	program := func(name string) string {
		file := filepath.Join(dir, name)
		mustWrite(t, file, "#!/bin/sh\n")
		if err := os.Chmod(file, 0o755); err != nil {
			t.Fatal(err)
		}
		return file
	}
	bash, zsh, fish, older := program("bin/bash"), program("bin/zsh"), program("bash-tools/fish"), program("bin/zsh-5.8")
	link := filepath.Join(dir, "bin", "my-bash")
	if err := os.Symlink(zsh, link); err != nil {
		t.Fatal(err)
	}
	onPath := filepath.Join(dir, "bin")
	for name, c := range map[string]struct {
		env  map[string]string
		want string
	}{
		"own variable first":      {map[string]string{"CLAUDE_CODE_SHELL": bash, "SHELL": zsh}, "bash"},
		"then the login shell":    {map[string]string{"SHELL": zsh, "PATH": onPath}, "zsh"},
		"a missing one is passed": {map[string]string{"CLAUDE_CODE_SHELL": dir + "/no/bash", "SHELL": zsh}, "zsh"},
		"another login shell":     {map[string]string{"SHELL": "/usr/bin/fish", "PATH": onPath}, "zsh"},
		"no variable at all":      {map[string]string{"PATH": onPath}, "zsh"},
		"with a number":           {map[string]string{"SHELL": older}, "zsh"},
		"bash that is gone":       {map[string]string{"SHELL": "/no/bash", "PATH": onPath}, "bash"},
		"a link to another shell": {map[string]string{"SHELL": link}, "zsh"},
		"only the folder's name":  {map[string]string{"SHELL": fish, "PATH": onPath}, ""},
		"relative":                {map[string]string{"CLAUDE_CODE_SHELL": "bash", "SHELL": zsh}, ""},
	} {
		if got := machine(c.env).shell(); got != c.want {
			t.Errorf("%s: got %q, want %q", name, got, c.want)
		}
	}
	call := `{"session_id":"s","cwd":"/","hook_event_name":"PreToolUse","tool_use_id":"t","tool_name":"Monitor","tool_input":{"command":"ls"}}`
	if f := machine(map[string]string{"SHELL": zsh}).facts(mustParse(t, call)); f.Shell != "zsh" {
		t.Errorf("the shell of a command is not among the facts: %+v", f)
	}
	if f := machine(map[string]string{"SHELL": zsh}).facts(mustParse(t, readCall("/", "x"))); f.Shell != "" {
		t.Error("the shell is looked up where nothing runs")
	}
}
