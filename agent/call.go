package agent

import (
	"context"
	"io"
	"net/url"
	"strings"
	"sync"
	"time"
)

const kindForm = "application/x-www-form-urlencoded"

// callTimeout bounds one question that isn't a decision.
const callTimeout = 20 * time.Second

// call sends one request over a connection of its own. Cancelling ctx closes the connection.
func (m Machine) call(ctx context.Context, server *url.URL, r *request) (*httpAnswer, error) {
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	var mu sync.Mutex
	var opened io.Closer
	stop := context.AfterFunc(ctx, func() {
		mu.Lock()
		defer mu.Unlock()
		if opened != nil {
			_ = opened.Close()
		}
	})
	defer stop()
	r.agent = "ambit/" + m.Version
	conn, err := dial(server, func(c io.Closer) {
		mu.Lock()
		defer mu.Unlock()
		if opened = c; ctx.Err() != nil {
			_ = c.Close()
		}
	})
	if err != nil {
		return nil, err
	}
	a, err := send(conn, server, r)
	if err != nil && ctx.Err() != nil {
		return nil, failf("try again, or "+askAdmin, "the server at %s did not answer", server)
	}
	return a, err
}

// form sends a form (RFC 6749, appendix B).
func (m Machine) form(ctx context.Context, server *url.URL, path string, fields url.Values) (*httpAnswer, error) {
	return m.call(ctx, server, &request{method: "POST", path: path, kind: kindForm, body: []byte(fields.Encode())})
}

func (m Machine) now() time.Time {
	if m.Now != nil {
		return m.Now()
	}
	return time.Now()
}

// oauthError is the error code of an answer in the shape of RFC 6749, section 5.2, and the server's words for it.
type oauthError struct {
	Code string `json:"error"`
	Text string `json:"error_description"`
}

// isToken reports whether s can be a credential: something printable to put into a header.
func isToken(s string) bool {
	return s != "" && len(s) <= 8<<10 && !strings.ContainsFunc(s, func(r rune) bool { return r <= ' ' || r > '~' })
}
