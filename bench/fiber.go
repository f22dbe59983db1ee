package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"strings"
	"syscall"

	"github.com/gofiber/fiber/v2"
)

// server is a process under load.
type server struct {
	cmd     *exec.Cmd
	address string
	token   string
}

func (s *server) stop() {
	_ = s.cmd.Process.Signal(syscall.SIGTERM)
	_ = s.cmd.Wait()
}

// residentKiB is the process's resident memory, from /proc; 0 where it can't be read.
func (s *server) residentKiB() int {
	raw, _ := os.ReadFile(fmt.Sprintf("/proc/%d/status", s.cmd.Process.Pid))
	for line := range strings.Lines(string(raw)) {
		var kib int
		if _, err := fmt.Sscanf(line, "VmRSS: %d kB", &kib); err == nil {
			return kib
		}
	}
	return 0
}

// servePlainFiber answers every POST with its body: what this framework can do on this machine with no work at all.
func servePlainFiber(network string) {
	app := fiber.New(fiber.Config{DisableStartupMessage: true})
	app.Post("/", func(c *fiber.Ctx) error { return c.Send(c.Body()) })
	ln, err := net.Listen(network, "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	fmt.Println(ln.Addr())
	if err := app.Listener(ln); err != nil {
		panic(err)
	}
}

func startPlainFiber(ctx context.Context) (*server, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	cmd := exec.CommandContext(ctx, self, "plain-fiber", "tcp")
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	lines := bufio.NewScanner(out)
	if !lines.Scan() {
		return nil, errors.Join(errors.New("it printed no address"), cmd.Wait())
	}
	return &server{cmd: cmd, address: lines.Text()}, nil
}
