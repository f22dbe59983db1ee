// Package agent holds the proof on the real coding agent: the unmodified Claude Code, driven by a scripted model, against the
// real `ambit serve`, in a network namespace that has nothing but loopback. Run it with e2e/agent/run (make e2e).
package agent
