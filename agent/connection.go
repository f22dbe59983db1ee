package agent

import (
	"encoding/json"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"strings"
)

// Connection is the server to ask and the credential to ask with.
type Connection struct {
	Server *url.URL // scheme and host only
	Token  string
}

// Credentials is the content of the credential file, which only its owner may read.
type Credentials struct {
	Server string `json:"server"`
	Token  string `json:"token"`
}

// FindConnection looks for the server and the token: the flag, then AMBIT_SERVER and AMBIT_TOKEN, then the credential file.
// A file's token goes to that file's server only. There is no flag for the token: Claude Code shows a failing hook's
// command line to the model.
func FindConnection(serverFlag string, getenv func(string) string) (Connection, error) {
	server, token := serverFlag, getenv("AMBIT_TOKEN")
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
			if token == "" {
				token = file.Token
			}
		}
	}
	if server == "" {
		return Connection{}, failf("set AMBIT_SERVER to its address, such as https://ambit.example.com", "no server is set")
	}
	u, err := ParseServer(server)
	if err != nil {
		return Connection{}, err
	}
	if token == "" {
		return Connection{}, failf("ask your administrator for one and set AMBIT_TOKEN to it", "you have no token for %s", u.Host)
	}
	if strings.ContainsFunc(token, func(r rune) bool { return r <= ' ' || r > '~' }) {
		return Connection{}, failf("copy it again, without spaces or line breaks", "the token holds characters that no token has")
	}
	return Connection{Server: u, Token: token}, nil
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

// CredentialFile is where the credential is kept.
func CredentialFile(getenv func(string) string) string {
	if dir := getenv("XDG_CONFIG_HOME"); filepath.IsAbs(dir) {
		return filepath.Join(dir, "ambit", "credentials.json")
	}
	dir, err := os.UserConfigDir()
	if err != nil {
		return ""
	}
	return filepath.Join(dir, "ambit", "credentials.json")
}

// readCredentials reads the credential file; a missing one is empty.
func readCredentials(getenv func(string) string) (Credentials, error) {
	var c Credentials
	name := CredentialFile(getenv)
	if name == "" {
		return c, nil
	}
	info, err := os.Stat(name)
	if os.IsNotExist(err) {
		return c, nil
	}
	if err != nil {
		return c, failf("make it readable for you", "%s can't be read", name)
	}
	if !private(info) {
		return c, failf("run `chmod 600 "+name+"`", "others can read your credential")
	}
	text, err := readSmall(name)
	if err != nil {
		return c, failf("make it readable for you", "%s can't be read", name)
	}
	if err := json.Unmarshal([]byte(text), &c); err != nil {
		return c, failf("remove it, and set AMBIT_SERVER and AMBIT_TOKEN", "%s is not the JSON that Ambit wrote", name)
	}
	return c, nil
}

func clipped(s string) string {
	if len(s) > 80 {
		s = s[:80] + "…"
	}
	return s
}
