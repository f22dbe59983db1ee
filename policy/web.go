package policy

import (
	"net/url"
	"strings"
)

// webRule is a compiled list of hosts: exact names and "*.suffix".
type webRule struct {
	all      bool
	silent   bool              // domains isn't mentioned
	hosts    map[string]string // host → as written
	suffixes []string          // ".acme.test"
}

func (c *compiler) web(path string, domains []string) *webRule {
	w := &webRule{hosts: map[string]string{}, silent: domains == nil}
	c.texts(path, domains)
	for i, d := range domains {
		host := asciiLower(strings.TrimSpace(d))
		suffix, wild := strings.CutPrefix(host, "*.")
		switch {
		case host == "*":
			w.all = true
		case suffix == "" || strings.ContainsAny(suffix, "*/:@? \t") || strings.HasPrefix(suffix, ".") || !isASCII(suffix):
			c.err(indexPath(path, i), `a host name, "docs.acme.test", or all below one, "*.acme.test"`, "%q is not a host", d)
		case wild:
			w.suffixes = append(w.suffixes, "."+suffix)
		default:
			w.hosts[host] = d
		}
	}
	return w
}

func (w *webRule) match(host string) (string, bool) {
	if text, ok := w.hosts[host]; ok {
		return text, true
	}
	for _, s := range w.suffixes {
		if strings.HasSuffix(host, s) && len(host) > len(s) {
			return "*" + s, true
		}
	}
	return "*", w.all
}

// hostOf gives the host that whoever fetches address will ask, or why that isn't certain. Parsers differ on what
// is refused here: user names, backslashes, blanks, other schemes, host names outside ASCII, trailing dots.
func hostOf(address string) (host, problem string) {
	if len(address) > 8192 || strings.ContainsFunc(address, func(r rune) bool { return r <= ' ' || r == 0x7f || r == '\\' }) {
		return "", "holds blanks, backslashes or control characters"
	}
	u, err := url.Parse(address)
	switch {
	case err != nil:
		return "", "is not an address"
	case u.Scheme != "http" && u.Scheme != "https":
		return "", "is not an http or https address"
	case u.User != nil:
		return "", "holds a user name"
	case u.Host == "" || u.Opaque != "":
		return "", "names no host"
	}
	host = asciiLower(u.Hostname())
	if host == "" || !isASCII(host) || strings.ContainsAny(host, "%@*{}[],;'\"<>|^`") || strings.HasSuffix(host, ".") || strings.HasPrefix(host, ".") {
		return "", "has a host name that is not plain"
	}
	return host, ""
}

func isASCII(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] >= 0x80 {
			return false
		}
	}
	return true
}
