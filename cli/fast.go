package cli

// runFast runs the verbs whose start-up time counts, before the command-line parser is built.
func runFast(env *Env, args []string) (status int, ok bool) {
	if len(args) > 1 && args[0] == "hook" && args[1] != "--help" && args[1] != "-h" {
		return runHook(env, args[1:]), true
	}
	return 0, false
}
