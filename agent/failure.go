package agent

import (
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/url"
	"strings"
	"unicode"

	"ambit/agent/claudecode"
)

// A failure says why the hook got no verdict and what the engineer can do. Both are parts of one sentence.
type failure struct{ cause, remedy string }

func (f *failure) Error() string { return f.cause }

// Hint is the remedy, for verbs that print errors in their own way.
func (f *failure) Hint() string { return upperFirst(f.remedy) + "." }

func upperFirst(s string) string {
	if s == "" {
		return s
	}
	return strings.ToUpper(s[:1]) + s[1:]
}

func failf(remedy, cause string, args ...any) *failure {
	return &failure{cause: fmt.Sprintf(cause, args...), remedy: remedy}
}

// sentence is what the engineer reads, and for tools the model too. It is one line without control characters, whatever a
// server put into it.
func (f *failure) sentence(event string) string {
	begin := "Ambit blocked this because "
	if !claudecode.GatesEvent(event) {
		begin = "Ambit did not record this event because "
	}
	return begin + plainText(f.cause) + ": " + plainText(f.remedy) + "."
}

// plainText keeps text to one printable line of reasonable length, without its final full stop.
func plainText(s string) string {
	s = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case !unicode.IsPrint(r):
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, ""))
	if r := []rune(s); len(r) > 400 {
		s = string(r[:400]) + "…"
	}
	return strings.TrimRight(strings.TrimSpace(s), ".")
}

const askAdmin = "ask your administrator to look at the server"

// exchangeFailure explains an error of post.
func exchangeFailure(err error, server *url.URL) *failure {
	var own *failure
	if errors.As(err, &own) {
		return own
	}
	var dns *net.DNSError
	var op *net.OpError
	var unsafe *unsafeError
	at := "the server at " + server.String()
	switch {
	case errors.As(err, &unsafe):
		return failf(askAdmin, "the connection to %s is not safe (%v)", server.Host, unsafe.cause)
	case errors.As(err, &dns):
		return failf("check AMBIT_SERVER and your network", "the server's name %s can't be found", server.Hostname())
	case errors.As(err, &op) && op.Op == "dial":
		return failf("check your network, or "+askAdmin, "%s can't be reached (%v)", at, op.Err)
	}
	return failf(askAdmin, "%s gave no usable answer (%v)", at, err)
}

// statusFailure explains an answer that is no verdict. The server's own words come first, where it has any.
func statusFailure(a *httpAnswer, server *url.URL) *failure {
	var problem struct {
		Detail string `json:"detail"`
		Hint   string `json:"hint"`
	}
	if a.JSON && json.Unmarshal(a.Body, &problem) == nil && problem.Detail != "" {
		if problem.Hint == "" {
			problem.Hint = askAdmin
		}
		return failf(lowerFirst(problem.Hint), "the server says: %s", problem.Detail)
	}
	switch {
	case a.Status == 401:
		return failf("ask your administrator for a new one and set AMBIT_TOKEN to it", "the server at %s does not accept your token", server.Host)
	case a.Status == 403:
		return failf("ask your administrator for a token with scope decide that is bound to you", "your token may not ask for decisions")
	case a.Status == 413:
		return failf("make the change in smaller steps", "this call is larger than the server takes")
	case a.Status >= 300 && a.Status < 400 || a.Location:
		return failf("set AMBIT_SERVER to the address it redirects to", "the server at %s answered with a redirect", server.Host)
	}
	return failf(askAdmin, "the server at %s answered with HTTP status %d", server.Host, a.Status)
}

func lowerFirst(s string) string {
	r := []rune(s)
	if len(r) > 1 && unicode.IsUpper(r[0]) && unicode.IsLower(r[1]) {
		r[0] = unicode.ToLower(r[0])
	}
	return string(r)
}
