// Package shell turns a command line into every command that could run and every file it touches, and judges the
// commands by an administrator's patterns. It is total: whatever it can't parse, resolve or bound is a Refusal, never an
// omission. It is pure: no file, network, clock or environment is looked at. DESIGN.md has the mechanism.
package shell
