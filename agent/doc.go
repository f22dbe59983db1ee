// Package agent is what runs on an engineer's machine: it finds the server and the sign-in, says what the machine knows about
// an action (repository, links, where a skill comes from), asks the server, and hands the verdict to the coding agent.
// DESIGN.md says what it promises when something goes wrong.
package agent
