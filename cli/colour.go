package cli

import (
	"io"
	"os"

	"golang.org/x/term"
)

type colour string

const (
	red    colour = "\x1b[31m"
	green  colour = "\x1b[32m"
	yellow colour = "\x1b[33m"
)

// paint colours text where a person reads it: on a terminal, unless NO_COLOR asks for none (no-color.org).
func paint(w io.Writer, c colour, text string) string {
	f, ok := w.(*os.File)
	if !ok || os.Getenv("NO_COLOR") != "" || !term.IsTerminal(int(f.Fd())) {
		return text
	}
	return string(c) + text + "\x1b[0m"
}
