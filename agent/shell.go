package agent

import (
	"os"
	"path/filepath"
	"runtime"
	"strings"
)

// shell is bash or zsh, whichever Claude Code runs commands in on this machine, by its own rule: CLAUDE_CODE_SHELL, then SHELL,
// where they name one of the two; otherwise zsh, and bash before it only for people whose SHELL is bash. The first that can be
// run is taken. "" where what is taken is neither by its name, so that the line is judged as both.
func (m Machine) shell() string {
	if runtime.GOOS == "windows" {
		return "bash" // Git Bash, without which Claude Code doesn't start there
	}
	for _, program := range m.shells() {
		if !filepath.IsAbs(program) {
			return "" // what it means depends on where the client looks
		}
		if runnable(program) {
			return dialect(program)
		}
	}
	return ""
}

func (m Machine) shells() []string {
	var list []string
	own := m.Getenv("SHELL")
	for _, program := range []string{m.Getenv("CLAUDE_CODE_SHELL"), own} {
		if strings.Contains(program, "bash") || strings.Contains(program, "zsh") {
			list = append(list, program)
		}
	}
	first, second := "zsh", "bash"
	if filepath.Base(own) == "bash" {
		first, second = second, first
	}
	list = append(list, m.lookUp(first)...)
	for _, name := range []string{first, second} {
		for _, dir := range []string{"/bin", "/usr/bin", "/usr/local/bin", "/opt/homebrew/bin"} {
			list = append(list, dir+"/"+name)
		}
	}
	return append(list, m.lookUp(second)...)
}

// lookUp finds a program in PATH, as a list of none or one.
func (m Machine) lookUp(name string) []string {
	for _, dir := range filepath.SplitList(m.Getenv("PATH")) {
		if program := filepath.Join(dir, name); runnable(program) {
			return []string{program}
		}
	}
	return nil
}

func runnable(program string) bool {
	info, err := os.Stat(program)
	return err == nil && info.Mode().IsRegular() && info.Mode()&0o111 != 0
}

// dialect tells the shell from the name of the program that a link leads to: "zsh-5.9" is zsh.
func dialect(program string) string {
	switch name := strings.TrimRight(filepath.Base(followed(program)), "0123456789.-"); name {
	case "bash", "zsh":
		return name
	}
	return ""
}
