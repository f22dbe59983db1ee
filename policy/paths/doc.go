// Package paths judges file names: what a name means, where it leads, and whether it lies inside a directory.
//
// It is pure. The file system is an interface, so that the agent resolves with the machine's own files, a policy suite
// with made-up ones, and a server with none (then a name is judged by its text alone, see Lexical).
//
// A check by name can't see hard links, bind mounts, or a link that somebody swaps between the check and the use.
// Whoever needs that closed runs the agent in an operating-system sandbox with the same directories.
package paths
