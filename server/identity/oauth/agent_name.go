package oauth

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// agentName is what the pages and the console call a device: the agent by its User-Agent, and the name of the machine where the
// agent says it. Both are the device's own word, so they are shown as such and never believed.
func agentName(userAgent, machine string) string {
	product, _, _ := strings.Cut(strings.TrimSpace(userAgent), " ")
	name, version, _ := strings.Cut(product, "/")
	switch strings.ToLower(name) {
	case "claude-code", "claude-cli":
		name = "Claude Code"
	case "ambit":
		name = "ambit command line"
		version = ""
	case "":
		name = "An unnamed program"
	}
	if version = printable(version, 30); version != "" {
		name += " " + version
	}
	name = printable(name, 60)
	if machine = printable(machine, 60); machine != "" {
		name += " on " + machine
	}
	return name
}

// printable keeps at most n characters that can be seen, on one line and in the order in which they stand.
func printable(s string, n int) string {
	s = strings.Map(func(r rune) rune {
		if r == utf8.RuneError || !unicode.IsPrint(r) {
			return -1
		}
		return r
	}, s)
	if r := []rune(s); len(r) > n {
		s = string(r[:n]) + "…"
	}
	return strings.TrimSpace(s)
}
