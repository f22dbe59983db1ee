package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"time"
)

// hookResult is the median wall time of whole processes, started in turn so that noise hits all alike.
type hookResult struct{ curl, client, full time.Duration }

// measureHooks times a hook process with a durable answer beside curl posting the same JSON to the same server.
func measureHooks(ctx context.Context, o options, s *server) (hookResult, error) {
	token, err := createToken(ctx, o, filepath.Join(o.dir, "ambit"), "hook", "decide", "--user", "ada@acme.test", "--group", "engineers")
	if err != nil {
		return hookResult{}, err
	}
	repo := filepath.Join(o.dir, "repo")
	if out, err := exec.CommandContext(ctx, "git", "init", "-q", repo).CombinedOutput(); err != nil {
		return hookResult{}, fmt.Errorf("git init: %w: %s", err, out)
	}
	repo, err = filepath.Abs(repo)
	if err != nil {
		return hookResult{}, err
	}
	body, err := json.Marshal(map[string]any{
		"session_id": "bench", "cwd": repo, "hook_event_name": "PreToolUse", "permission_mode": "default", "tool_name": "Bash",
		"tool_input": map[string]any{"command": "git status"}, "tool_use_id": "toolu_bench", "prompt_id": "prompt-bench",
	})
	if err != nil {
		return hookResult{}, err
	}
	file, err := writeTemp(o.dir, "hook.json", body)
	if err != nil {
		return hookResult{}, err
	}
	url := "http://" + s.address
	env := []string{"PATH=" + os.Getenv("PATH"), "HOME=" + o.dir, "AMBIT_SERVER=" + url, "AMBIT_TOKEN=" + token}
	runs := map[string][]string{
		"curl":   {"curl", "-sS", "-f", "-o", "/dev/null", "-H", "Authorization: Bearer " + token, "-H", "Content-Type: application/json", "--data-binary", "@" + file, url + "/hooks/claude-code"},
		"client": {o.client, "hook", "claude-code"},
		"full":   {o.ambit, "hook", "claude-code"},
	}
	times := map[string][]time.Duration{}
	for range o.processes {
		for _, name := range []string{"curl", "client", "full"} {
			cmd := exec.CommandContext(ctx, runs[name][0], runs[name][1:]...)
			cmd.Env, cmd.Stdin = env, bytes.NewReader(body)
			var stderr bytes.Buffer
			cmd.Stderr = &stderr
			t := time.Now()
			if err := cmd.Run(); err != nil {
				return hookResult{}, fmt.Errorf("%s: %w: %s", name, err, stderr.String())
			}
			times[name] = append(times[name], time.Since(t))
		}
	}
	mid := func(name string) time.Duration {
		slices.Sort(times[name])
		return times[name][len(times[name])/2]
	}
	return hookResult{mid("curl"), mid("client"), mid("full")}, nil
}
