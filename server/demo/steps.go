package demo

import "strings"

// step is one thing that an agent tries. The policy decides what comes of it.
type step struct {
	action string
	props  map[string]any // any: the properties of a decision request, which JSON types as it likes
	file   string         // of file actions: relative to the repository, or absolute, or under ~
	exit   int            // what the command would return when it may run
}

// task is a prompt and what the agent does about it.
type task struct {
	prompt string
	steps  []step
}

func sh(command string) step {
	return step{action: "shell.exec", props: map[string]any{"command": command}}
}

func fails(command string) step {
	s := sh(command)
	s.exit = 1
	return s
}

func read(file string) step { return step{action: "file.read", file: file} }

func write(file, diff string) step {
	return step{action: "file.write", file: file, props: map[string]any{"diff": diff}}
}

func mcp(tool string, arguments map[string]any) step {
	server, name, _ := strings.Cut(tool, "/")
	return step{action: "mcp.call", props: map[string]any{"server": server, "tool": name, "arguments": arguments}}
}

func web(url string) step { return step{action: "web.fetch", props: map[string]any{"url": url}} }

func skill(name, source string) step {
	return step{action: "skill.invoke", props: map[string]any{"skill": name, "source": source}}
}

func tool(name string) step {
	return step{action: "tool.use", props: map[string]any{"name": name, "input": map[string]any{}}}
}

func spawn(name, prompt string) step {
	return step{action: "agent.spawn", props: map[string]any{"name": name, "input": map[string]any{"prompt": prompt}}}
}

func tasksOf(repo string) []task {
	switch repo {
	case "payments":
		return paymentTasks()
	case "ledger-lib", "shop":
		return append(goTasks(), anyTasks()...)
	case "web", "design-system":
		return append(webTasks(), anyTasks()...)
	case "infra":
		return append(infraTasks(), anyTasks()...)
	default:
		return append(dataTasks(), anyTasks()...)
	}
}

// held is the change that waits for approval when a visitor arrives.
var held = task{
	"Refunds above 10,000 EUR must use the idempotency key of the original charge. Fix it and add a test.",
	[]step{
		sh("rg -n 'IdempotencyKey' internal"),
		read("internal/refund/refund.go"),
		read("internal/charge/charge.go"),
		write("internal/refund/refund.go", "-\tkey := newKey()\n+\tkey := charge.IdempotencyKey\n"),
	},
}
