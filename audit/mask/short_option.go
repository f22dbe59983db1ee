package mask

import "strings"

// shortPassword takes the value of a password option of one letter, where the command before it is one whose option that is:
// for most, -p is a port or a folder.
func shortPassword(text string, after int) (from, to int) {
	command := text[max(0, after-512) : after-len(" -p")]
	if i := strings.LastIndexAny(command, "\n;|&"); i >= 0 {
		command = command[i+1:]
	}
	apart := false
	switch {
	case strings.Contains(command, "mysql"), strings.Contains(command, "mariadb"):
		// "-p name" asks for the password and names a database.
	case strings.HasSuffix(strings.TrimSpace(command), "sshpass"), // a later -p is a port
		strings.Contains(command, "docker login"), strings.Contains(command, "podman login"):
		apart = true
	default:
		return 0, 0
	}
	start := skipSpace(text, after)
	if start > after && !apart {
		return 0, 0
	}
	end := run(text, start, value)
	if q := skipQuote(text, start); q > start {
		start, end = q, quoteEnd(text, q)
	}
	if end == start || reference(text[start:end]) {
		return 0, 0
	}
	return start, end
}
