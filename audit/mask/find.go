package mask

import "strings"

// charset says whether a byte belongs to a token.
type charset func(c byte) bool

func alnum(c byte) bool  { return alphanumeric(c) }
func upper(c byte) bool  { return c >= '0' && c <= '9' || c >= 'A' && c <= 'Z' }
func word(c byte) bool   { return alphanumeric(c) || c == '_' }
func dashed(c byte) bool { return alphanumeric(c) || c == '_' || c == '-' }
func dotted(c byte) bool { return dashed(c) || c == '.' }
func path(c byte) bool   { return dashed(c) || c == '/' }
func padded(c byte) bool {
	return dashed(c) || c == '+' || c == '/' || c == '=' || c == '|' || c == ','
}

// webhook is what stands in the path of a webhook's address.
func webhook(c byte) bool { return path(c) || c == '@' || c == '.' }

// value is what may stand in an unquoted value on a command line or in a header.
func value(c byte) bool {
	return c > ' ' && c != 0x7f && strings.IndexByte("\"'`\\;&|<>(){},", c) < 0
}

// run gives the end of the characters of a set that begin at a place.
func run(text string, at int, set charset) int {
	for at < len(text) && set(text[at]) {
		at++
	}
	return at
}

// privateKey takes a PEM block to its end, or the rest of the text where the end is missing.
func privateKey(text string, after int) (from, to int) {
	label := text[after:min(len(text), after+40)]
	if i := strings.Index(label, "PRIVATE KEY"); i < 0 || strings.Contains(label[:i], "-----") {
		return 0, 0
	}
	start := after - len("-----BEGIN ")
	end := strings.Index(text[after:], "-----END ")
	if end < 0 {
		return start, len(text)
	}
	end += after + len("-----END ")
	if i := strings.Index(text[end:], "-----"); i >= 0 && i < 40 {
		end += i + len("-----")
	}
	return start, end
}

// jwt takes header.payload.signature.
func jwt(text string, after int) (from, to int) {
	end := run(text, after, dashed)
	if end-after < 8 || !strings.HasPrefix(text[end:], ".eyJ") {
		return 0, 0
	}
	payload := end + 1
	end = run(text, payload, dashed)
	if end-payload < 8 || end >= len(text) || text[end] != '.' {
		return 0, 0
	}
	return after - len("eyJ"), run(text, end+1, dashed)
}

// urlPassword takes the password of scheme://user:password@host.
func urlPassword(text string, after int) (from, to int) {
	colon := -1
	last := -1
	for i := after; i < len(text) && i < after+512; i++ {
		c := text[i]
		if c == '@' {
			last = i
			continue
		}
		if c == ':' && colon < 0 {
			colon = i
			continue
		}
		// A slash ends the authority once there was an @. Before it, people put unescaped ones into passwords.
		if c <= ' ' || c == '"' || c == '\'' || c == '`' || c == '\\' || c == '/' && last >= 0 {
			break
		}
		if c == '/' && (colon < 0 || digits(text[colon+1:i])) {
			break
		}
	}
	if colon < 0 || last < colon+2 || reference(text[colon+1:last]) {
		return 0, 0
	}
	return colon + 1, last
}

func digits(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return true
}

// credential takes the word after "Bearer " and the like.
func credential(text string, after int) (from, to int) {
	end := run(text, after, value)
	if end-after < 8 || reference(text[after:end]) || !(hasDigit(text[after:end]) || end-after >= 20) {
		return 0, 0
	}
	return after, end
}

// userPassword takes the password of curl's -u user:password.
func userPassword(text string, after int) (from, to int) {
	for after < len(text) && (text[after] == '"' || text[after] == '\'' || text[after] == '\\') {
		after++
	}
	end := run(text, after, value)
	colon := strings.IndexByte(text[after:end], ':')
	if colon < 1 || colon+1 == end-after || digits(text[after:after+colon]) || reference(text[after+colon+1:end]) {
		return 0, 0
	}
	return after + colon + 1, end
}

// password takes the value given to a name that holds the word: --password x, PASSWORD=x, "password": "x", password: x.
func password(text string, after int) (from, to int) {
	from, to, kind := assigned(text, after)
	if kind == none || to-from < 1 || reference(text[from:to]) {
		return 0, 0
	}
	if kind == spaced && !optionName(text, after) {
		return 0, 0
	}
	return from, to
}

// secret is password for names whose values are often harmless ("max_tokens=4096", "token = next()"): the value must look
// like a secret.
func secret(text string, after int) (from, to int) {
	from, to, kind := assigned(text, after)
	if kind == none || kind == spaced && !optionName(text, after) {
		return 0, 0
	}
	v := text[from:to]
	if len(v) < 8 || reference(v) || digits(v) || !hasDigit(v) && len(v) < 20 || kind == quoted && strings.Contains(v, " ") {
		return 0, 0
	}
	return from, to
}

func hasDigit(s string) bool { return strings.ContainsAny(s, "0123456789") }

// reference reports whether a value names a secret instead of being one: a variable, a command's output, a placeholder,
// or something that is masked already.
func reference(v string) bool {
	switch v[0] {
	case '$', '<', '*', '%':
		return true
	case '[':
		return strings.HasPrefix(v, "[masked:")
	}
	return false
}
