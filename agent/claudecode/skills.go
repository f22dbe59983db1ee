package claudecode

// BuiltinSkill reports whether version 2.1.330 of the client brings a skill, or a command that expands into
// a prompt, of that name along.
func BuiltinSkill(name string) bool {
	switch name {
	case "deep-research", "dataviz", "update-config", "verify", "debug", "code-review", "simplify", "batch",
		"fewer-permission-prompts", "doctor", "loop", "claude-api", "workflow-authoring", "run", "run-skill-generator",
		"plugin-authoring", "init", "security-review", "insights", "team-onboarding":
		return true
	}
	return false
}
