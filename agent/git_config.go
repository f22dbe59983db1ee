package agent

import "strings"

type remote struct{ name, url string }

// configRemotes reads the remotes and the first URL of each from the text of a Git config file. It knows the parts of the
// syntax (git-config(1)) that matter for that: sections with quoted names, comments, quotes, escapes, continued lines.
func configRemotes(text string) []remote {
	var out []remote
	current := -1 // index into out, -1 outside a remote's section
	lines := strings.Split(strings.TrimPrefix(text, "\ufeff"), "\n")
	for i := 0; i < len(lines); i++ {
		line := strings.TrimSpace(strings.TrimSuffix(lines[i], "\r"))
		if strings.HasPrefix(line, "[") {
			name, rest, ok := section(line)
			current = -1
			if ok {
				current = indexOf(&out, name)
			}
			line = rest
		}
		if current < 0 || line == "" || line[0] == '#' || line[0] == ';' {
			continue
		}
		key, value, _ := strings.Cut(line, "=")
		for endsWithBackslash(value) && i+1 < len(lines) {
			i++
			value = value[:len(value)-1] + strings.TrimSuffix(lines[i], "\r")
		}
		if strings.EqualFold(strings.TrimSpace(key), "url") && out[current].url == "" {
			out[current].url = unquote(value)
		}
	}
	return withURL(out)
}

func withURL(all []remote) []remote {
	var out []remote
	for _, r := range all {
		if r.url != "" {
			out = append(out, r)
		}
	}
	return out
}

func indexOf(out *[]remote, name string) int {
	for i, r := range *out {
		if r.name == name {
			return i
		}
	}
	*out = append(*out, remote{name: name})
	return len(*out) - 1
}

// section reads `[remote "name"]`; ok is false for other sections. rest is what follows on the same line.
func section(line string) (name, rest string, ok bool) {
	body := line[1:]
	head, quoted, isQuoted := strings.Cut(body, `"`)
	end := strings.IndexByte(body, ']')
	if !isQuoted || (end >= 0 && end < len(head)) {
		if end < 0 {
			return "", "", false
		}
		old, isOld := strings.CutPrefix(strings.ToLower(body[:end]), "remote.") // the deprecated [remote.name]
		return old, strings.TrimSpace(body[end+1:]), isOld
	}
	var b strings.Builder
	for i := 0; i < len(quoted); i++ {
		switch c := quoted[i]; c {
		case '\\':
			if i++; i < len(quoted) {
				b.WriteByte(quoted[i])
			}
		case '"':
			_, rest, _ = strings.Cut(quoted[i:], "]")
			return b.String(), strings.TrimSpace(rest), strings.EqualFold(strings.TrimSpace(head), "remote")
		default:
			b.WriteByte(c)
		}
	}
	return "", "", false
}

func endsWithBackslash(s string) bool {
	n := len(s) - len(strings.TrimRight(s, `\`))
	return n%2 == 1
}

// unquote reads a value: quotes anywhere, backslash escapes, a comment outside quotes ends it.
func unquote(s string) string {
	s = strings.TrimSpace(s)
	var b strings.Builder
	inQuotes := false
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '\\' && i+1 < len(s):
			i++
			switch s[i] {
			case 'n':
				b.WriteByte('\n')
			case 't':
				b.WriteByte('\t')
			default:
				b.WriteByte(s[i])
			}
		case c == '"':
			inQuotes = !inQuotes
		case (c == '#' || c == ';') && !inQuotes:
			return strings.TrimSpace(b.String())
		default:
			b.WriteByte(c)
		}
	}
	return strings.TrimSpace(b.String())
}
