package cli

// runFast runs the verbs whose start-up time counts, before the command-line parser is built.
func runFast(env *Env, args []string) (status int, ok bool) {
	return 0, false
}
