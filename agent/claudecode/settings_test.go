package claudecode

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"ambit/policy"
)

func document() *policy.Document {
	return &policy.Document{
		Models: policy.ModelCatalogue{Tiers: []policy.ModelTier{
			{Name: "economy", Models: []string{"claude-haiku-*"}},
			{Name: "standard", Models: []string{"claude-sonnet-*", "claude-opus-4-1"}},
			{Name: "premium", Models: []string{"claude-opus-*"}},
		}},
		Layers: []policy.Layer{
			{
				Name: "organisation", Files: &policy.FilesControl{Deny: []string{"**/.env", "~/.ssh", "/etc/shadow", "$TMP/x"}, Protect: []string{".github", "$REPO/ci/**"}, Write: []string{"$REPO", "/var/cache/build/**", "~/go/pkg", "$TMP", "/srv/*.log"}},
				Web:    &policy.WebControl{Domains: []string{"pkg.go.dev", "*.acme.test"}},
				Shell:  &policy.ShellControl{Allow: []policy.CommandPattern{{Pattern: "curl ** url:https://status.acme.test:8443/**"}}},
				Models: &policy.ModelsControl{Ceiling: "standard"}, Caching: &policy.CachingControl{Mode: "ttl", TTL: "5m"},
			},
			{Name: "payments", Match: &policy.Match{Repositories: []string{"x"}}, Files: &policy.FilesControl{Deny: []string{"secret"}}, Models: &policy.ModelsControl{Ceiling: "economy"}},
		},
	}
}

// TestSettings ensures that the files we hand out stay as they were tried on the real client.
func TestSettings(t *testing.T) {
	for name, o := range map[string]SettingsOptions{
		"installed":        {Mode: ModeInstalled, Server: "https://ambit.example.com", Program: "/usr/local/bin/ambit"},
		"installed-policy": {Mode: ModeInstalled, Server: "https://ambit.example.com", Program: "/usr/local/bin/ambit", Policy: document(), Shell: "/bin/zsh"},
		"sandbox-required": {Mode: ModeZeroInstall, Server: "https://ambit.example.com", Policy: document(), Sandbox: SandboxRequired},
		"sandbox-off":      {Mode: ModeZeroInstall, Server: "https://ambit.example.com", Policy: document(), Sandbox: SandboxOff},
		"zero-install":     {Mode: ModeZeroInstall, Server: "https://ambit.example.com", Shell: "/bin/bash"},
	} {
		got, notes, err := Settings(o)
		if err != nil || len(notes) > 0 {
			t.Fatal(err, notes)
		}
		golden := filepath.Join("testdata", "settings", name+".json")
		if *update {
			if err := os.WriteFile(golden, got, 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(golden)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(want), string(got)); diff != "" {
			t.Errorf("%s: -golden +got\n%s", name, diff)
		}
	}
	if _, _, err := Settings(SettingsOptions{Mode: "other"}); err == nil {
		t.Error("an unknown mode was taken")
	}
	for _, program := range []string{"bash", "/bin/fish", "bin/bash", "/opt/bash/fish"} {
		if _, _, err := Settings(SettingsOptions{Mode: ModeInstalled, Shell: program}); err == nil {
			t.Errorf("the shell %q was taken", program)
		}
	}
}

// TestGatingHooksBlockOnFailure ensures that every event that guards something is registered so that a failure blocks, and
// that none of the others is.
func TestGatingHooksBlockOnFailure(t *testing.T) {
	for _, mode := range []string{ModeInstalled, ModeZeroInstall} {
		file, _, err := Settings(SettingsOptions{Mode: mode, Server: "https://a.test", Program: "/ambit"})
		if err != nil {
			t.Fatal(err)
		}
		var s settings
		if err := json.Unmarshal(file, &s); err != nil {
			t.Fatal(err)
		}
		for event, entries := range s.Hooks {
			if got, want := entries[0].Hooks[0].OnFailure == "block", GatesEvent(event); got != want {
				t.Errorf("%s %s: blocks on failure: %v", mode, event, got)
			}
			if strings.Contains(event, "Worktree") {
				t.Errorf("%s registers %s", mode, event)
			}
		}
		for _, event := range gateEvents() {
			if len(s.Hooks[event]) == 0 {
				t.Errorf("%s leaves out %s", mode, event)
			}
		}
	}
}

// TestModelsThatCannotBeExpressed ensures that a list which would shut out allowed models is not written, and that somebody is told.
func TestModelsThatCannotBeExpressed(t *testing.T) {
	doc := document()
	doc.Models.Tiers[0].Models = []string{"gpt-*"}
	file, notes, err := Settings(SettingsOptions{Mode: ModeInstalled, Server: "https://a.test", Program: "/ambit", Policy: doc})
	if err != nil || len(notes) != 1 || !strings.Contains(notes[0], "gpt-*") || strings.Contains(string(file), "availableModels") {
		t.Errorf("%v %q\n%s", err, notes, file)
	}
}

// TestSandboxNotes ensures that an administrator learns what the sandbox can't carry, and that a second layer only narrows.
func TestSandboxNotes(t *testing.T) {
	doc := document()
	doc.Layers[0].Files.Write = []string{"$REPO/src", "/var/cache/build", "/opt/x"}
	doc.Layers[0].Web, doc.Layers[0].Shell = nil, nil
	doc.Layers = append(doc.Layers, policy.Layer{Name: "narrower", Files: &policy.FilesControl{Write: []string{"$REPO", "/opt/x"}}})
	file, notes, err := Settings(SettingsOptions{Mode: ModeZeroInstall, Server: "https://a.test", Policy: doc, Sandbox: SandboxRequired})
	if err != nil || len(notes) != 2 || !strings.Contains(notes[0], "working directory") || !strings.Contains(notes[1], "reach none") {
		t.Errorf("%v %q", err, notes)
	}
	var s settings
	if err := json.Unmarshal(file, &s); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"/opt/x"}, s.Sandbox.Files.AllowWrite); diff != "" {
		t.Error(diff)
	}
	if s.Sandbox.AllowUnsandboxed || !s.Sandbox.FailIfUnavailable || s.Sandbox.Network.Domains == nil {
		t.Errorf("%+v", s.Sandbox)
	}
}
