//go:build e2e

package agent

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// terminal is a tmux session in which a person would sit before the real agent.
type terminal struct {
	t      *testing.T
	socket string
	name   string
	steps  int
}

// startTerminal runs a program on a terminal of its own, with an environment that holds nothing else.
func startTerminal(t *testing.T, name, dir string, env []string, command ...string) *terminal {
	t.Helper()
	tt := &terminal{t: t, socket: filepath.Join(t.TempDir(), "tmux"), name: name}
	args := append([]string{"-S", tt.socket, "-f", "/dev/null", "new-session", "-d", "-x", "150", "-y", "45", "-c", dir, "env", "-i"}, env...)
	cmd := exec.CommandContext(t.Context(), "tmux", append(args, command...)...)
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "TERM=xterm-256color", "LANG=C.UTF-8"}
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("tmux: %v\n%s", err, out)
	}
	t.Cleanup(func() {
		tt.keep("end")
		pid, _ := tt.tmux("list-panes", "-F", "#{pane_pid}")
		_, _ = tt.tmux("kill-server")
		tt.gone(pid)
	})
	return tt
}

func (tt *terminal) tmux(args ...string) (string, error) {
	cmd := exec.Command("tmux", append([]string{"-S", tt.socket}, args...)...)
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "TERM=xterm-256color", "LANG=C.UTF-8"}
	out, err := cmd.CombinedOutput()
	return string(out), err
}

// gone waits until the program has ended: it must not write into folders that are being removed.
func (tt *terminal) gone(pid string) {
	n, err := strconv.Atoi(strings.TrimSpace(pid))
	if err != nil {
		return
	}
	for deadline := time.Now().Add(10 * time.Second); syscall.Kill(n, 0) == nil && time.Now().Before(deadline); {
		time.Sleep(20 * time.Millisecond) // it isn't our child: there is nothing to wait on
	}
	_ = syscall.Kill(n, syscall.SIGKILL)
}

// screen is what stands on the terminal.
func (tt *terminal) screen() string {
	out, _ := tt.tmux("capture-pane", "-p", "-J")
	return out
}

// keep writes the screen down for whoever looks into a failure.
func (tt *terminal) keep(step string) {
	mustWrite(tt.t, filepath.Join(os.Getenv("OUT"), tt.name+"-"+step+".txt"), tt.screen())
}

func (tt *terminal) key(keys ...string) {
	tt.t.Helper()
	if out, err := tt.tmux(append([]string{"send-keys"}, keys...)...); err != nil {
		tt.t.Fatalf("tmux: %v\n%s", err, out)
	}
}

func (tt *terminal) write(text string) {
	tt.t.Helper()
	if out, err := tt.tmux("send-keys", "-l", text); err != nil {
		tt.t.Fatalf("tmux: %v\n%s", err, out)
	}
}

// until waits for done, answering meanwhile whatever the agent asks that a person would simply accept.
func (tt *terminal) until(what string, limit time.Duration, done func(screen string) bool) string {
	tt.t.Helper()
	asked, again := "", time.Time{}
	for deadline := time.Now().Add(limit); time.Now().Before(deadline); {
		screen := tt.screen()
		if done(screen) {
			return screen
		}
		// The same words may be the next screen's, or a key came too early: ask again what stays.
		if question, keys := accepted(screen); question != asked || time.Now().After(again) {
			asked, again = question, time.Now().Add(3*time.Second)
			if question != "" {
				tt.steps++
				tt.keep(fmt.Sprintf("question-%02d", tt.steps))
			}
			for _, key := range keys {
				tt.key(key)
			}
		}
		time.Sleep(100 * time.Millisecond) // another process: there is nothing to wait on but its screen
	}
	tt.keep("late")
	tt.t.Fatalf("%s did not happen within %s; the screen is\n%s", what, limit, tt.screen())
	return ""
}

// answers are the agent's questions on the way to its prompt, and the keys with which a person agrees.
var answers = []struct {
	question string
	keys     []string
}{
	{"❯ No, go back", []string{"Up", "Enter"}}, // is this your organisation's gateway? is this your account?
	{"❯ No, exit", []string{"Down", "Enter"}},
	{"Enter to connect", []string{"Enter"}},
	{"Choose the text style", []string{"Enter"}},
	{"trust this folder", []string{"Enter"}},
	{"terminal setup", []string{"Enter"}},
	{"Press Enter to continue", []string{"Enter"}},
	{"Enter to confirm", []string{"Enter"}},
}

// accepted finds the question on the screen.
func accepted(screen string) (question string, keys []string) {
	for _, a := range answers {
		if strings.Contains(screen, a.question) {
			return a.question, a.keys
		}
	}
	return "", nil
}
