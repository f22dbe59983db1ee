package agent

import (
	"net"
	"net/url"
	"strings"
)

// Connection is the server to ask and the credential to ask with.
type Connection struct {
	Server *url.URL // scheme and host only
	Token  string

	signIn *Credentials // where the token is that of the sign-in
}

// SignedIn reports whether the token is that of `ambit login`, which can be renewed.
func (c *Connection) SignedIn() bool { return c.signIn != nil }

// FindConnection looks for the server and the token: the flag, then AMBIT_SERVER and AMBIT_TOKEN, then the credential file.
// A file's token goes to that file's server only. There is no flag for the token: Claude Code shows a failing hook's
// command line to the model.
func FindConnection(serverFlag string, getenv func(string) string) (Connection, error) {
	server, token := serverFlag, getenv("AMBIT_TOKEN")
	var signIn *Credentials
	if server == "" {
		server = getenv("AMBIT_SERVER")
	}
	if server == "" || token == "" {
		file, err := readCredentials(getenv)
		if err != nil {
			return Connection{}, err
		}
		switch {
		case server == "":
			server = file.Server
			fallthrough
		case sameServer(server, file.Server):
			if token == "" && file.Token != "" {
				token, signIn = file.Token, &file
			}
		}
	}
	if server == "" {
		return Connection{}, failf("run `ambit login --server URL`, or set AMBIT_SERVER to its address", "no server is set")
	}
	u, err := ParseServer(server)
	if err != nil {
		return Connection{}, err
	}
	if token == "" {
		return Connection{}, failf("run `ambit login --server "+u.String()+"`", "you have no token for %s and are not signed in there", u.Host)
	}
	if strings.ContainsFunc(token, func(r rune) bool { return r <= ' ' || r > '~' }) {
		return Connection{}, failf("copy it again, without spaces or line breaks", "the token holds characters that no token has")
	}
	return Connection{Server: u, Token: token, signIn: signIn}, nil
}

// ParseServer reads a server's address. Plain http is for this machine only, since the token would travel in the clear.
func ParseServer(s string) (*url.URL, error) {
	u, err := url.Parse(strings.TrimRight(s, "/"))
	if err != nil || u.Host == "" || u.Hostname() == "" || (u.Scheme != "http" && u.Scheme != "https") {
		return nil, failf("write it like https://ambit.example.com", "the server's address %q is not one", clipped(s))
	}
	if u.User != nil || u.RawQuery != "" || u.Fragment != "" || u.Path != "" {
		return nil, failf("give scheme and host only, like https://ambit.example.com", "the server's address has more parts than it may")
	}
	if u.Scheme == "http" && !loopback(u.Hostname()) {
		return nil, failf("use https, or http on this machine only", "the token would travel in the clear to %s", u.Hostname())
	}
	return u, nil
}

func loopback(host string) bool {
	if host == "localhost" {
		return true
	}
	ip := net.ParseIP(host)
	return ip != nil && ip.IsLoopback()
}

func sameServer(a, b string) bool {
	ua, errA := ParseServer(a)
	ub, errB := ParseServer(b)
	return errA == nil && errB == nil && ua.Scheme == ub.Scheme && strings.EqualFold(ua.Host, ub.Host)
}

func clipped(s string) string {
	if len(s) > 80 {
		s = s[:80] + "…"
	}
	return s
}
