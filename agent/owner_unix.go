//go:build unix

package agent

import (
	"os"
	"syscall"
)

// ours reports whether a file belongs to the user who runs this process. Git refuses repositories of others (safe.directory);
// so do we, since their config could name any remote. Root works on everybody's.
func ours(info os.FileInfo) bool {
	uid := os.Geteuid()
	st, ok := info.Sys().(*syscall.Stat_t)
	return uid == 0 || (ok && int(st.Uid) == uid)
}

// private reports whether nobody but its owner can read a file.
func private(info os.FileInfo) bool { return info.Mode().Perm()&0o077 == 0 && ours(info) }
