package agent

import (
	"net/url"
	"strings"
)

// RepositoryID turns a Git remote into the name that policies use: "github.com/acme/payments", without scheme, user, password
// and ".git". It is "" for what names no repository on a server: local paths, file URLs, and anything it can't read.
func RepositoryID(remote string) string {
	remote = strings.TrimSpace(remote)
	if remote == "" || strings.ContainsFunc(remote, func(r rune) bool { return r < ' ' || r == 0x7f || r == '\\' }) {
		return ""
	}
	if strings.Contains(remote, "://") {
		return fromURL(remote)
	}
	return fromSCP(remote)
}

func fromURL(remote string) string {
	u, err := url.Parse(remote)
	if err != nil || u.RawQuery != "" || u.Fragment != "" || u.Opaque != "" {
		return ""
	}
	port := u.Port()
	switch strings.ToLower(u.Scheme) {
	case "https":
		if port == "443" {
			port = ""
		}
	case "http":
		if port == "80" {
			port = ""
		}
	case "git", "ssh", "git+ssh", "ssh+git":
		port = "" // the repository is the same one that the server shows on its web port
	default:
		return ""
	}
	host := u.Hostname()
	if strings.Contains(host, ":") {
		host = "[" + host + "]"
	}
	if port != "" {
		host += ":" + port
	}
	return repositoryID(host, u.Path)
}

// fromSCP reads the short form of ssh: [user@]host:path, where no slash stands before the first colon.
func fromSCP(remote string) string {
	if _, rest, ok := strings.Cut(remote, "@"); ok && !strings.ContainsAny(remote[:len(remote)-len(rest)], "/:") {
		remote = rest
	}
	var host, path string
	if inner, ok := strings.CutPrefix(remote, "["); ok { // [host:port]:path
		in, rest, closed := strings.Cut(inner, "]:")
		if !closed {
			return ""
		}
		host, _, _ = strings.Cut(in, ":")
		if strings.Count(in, ":") > 1 {
			host = "[" + in + "]"
		}
		path = rest
	} else {
		var ok bool
		if host, path, ok = strings.Cut(remote, ":"); !ok || strings.Contains(host, "/") {
			return ""
		}
		if len(host) == 1 && strings.HasPrefix(path, "/") {
			return "" // a Windows drive
		}
	}
	return repositoryID(host, path)
}

func repositoryID(host, path string) string {
	host = strings.TrimSuffix(strings.ToLower(host), ".")
	path = strings.TrimSuffix(strings.Trim(path, "/"), ".git")
	if host == "" || path == "" || strings.ContainsAny(host, " @/") {
		return ""
	}
	for part := range strings.SplitSeq(path, "/") {
		if part == "" || part == "." || part == ".." || strings.ContainsAny(part, "\x00 ?#*") {
			return ""
		}
	}
	return host + "/" + path
}
