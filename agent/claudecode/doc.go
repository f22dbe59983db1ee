// Package claudecode translates between Claude Code and the words of the policy: hook JSON to the actions it proposes, a
// decision to the JSON that Claude Code obeys, and a policy to managed settings. It is pure: no file system, network, clock
// or environment. The server and the client on the engineer's machine both use it, so that both read a hook alike.
//
// What Claude Code sends and obeys was measured on version 2.1.330; DESIGN.md in this folder says what follows from it.
package claudecode
