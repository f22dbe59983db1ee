package agent

import (
	"context"
	"encoding/json"
	"math"
	"net/url"
	"time"
)

// always renews, however long the credential would still last.
const always = time.Duration(math.MaxInt64)

// Renew makes a sign-in's credential last at least as long as needed. Of several processes that come to it at the same time one
// asks the server; the others find what it wrote. A token from the environment is left as it is.
func (m Machine) Renew(ctx context.Context, to *Connection, needed time.Duration) error {
	if to.signIn == nil || needed != always && to.signIn.lasts(m.now(), needed) {
		return nil
	}
	unlock, err := lockCredentials(ctx, m.Getenv)
	if err != nil {
		return m.unlessGood(to, err)
	}
	defer unlock()
	enough := needed
	if needed == always {
		enough = hookNeeds
	}
	have, err := readCredentials(m.Getenv)
	switch {
	case err != nil:
		return err
	case have.Token == "" || !sameServer(have.Server, to.Server.String()):
		return signedOut(to.Server)
	case have.Token != to.Token && have.lasts(m.now(), enough):
		to.Token, to.signIn = have.Token, &have // somebody else was faster
		return nil
	case have.Refresh == "":
		return m.unlessGood(to, signedOut(to.Server))
	}
	to.Token, to.signIn = have.Token, &have
	if err := m.refresh(ctx, to); err != nil {
		return m.unlessGood(to, err)
	}
	return nil
}

// refresh exchanges the refresh credential (RFC 6749, section 6). The file's lock is held.
func (m Machine) refresh(ctx context.Context, to *Connection) error {
	a, err := m.form(ctx, to.Server, "/oauth/token", url.Values{"grant_type": {"refresh_token"}, "refresh_token": {to.signIn.Refresh}})
	if err != nil {
		return exchangeFailure(err, to.Server)
	}
	next, refusal, err := m.issued(to.Server, a)
	switch {
	case err != nil:
		return err
	case refusal != nil && refusal.Code == "invalid_grant":
		// Presenting it again would look like theft; the server's name stays for the advice.
		if err := writeCredentials(m.Getenv, &Credentials{Server: to.signIn.Server, Person: to.signIn.Person}); err != nil {
			return err
		}
		to.signIn.Token, to.signIn.ExpiresAt = "", time.Time{}
		f := signedOut(to.Server)
		if refusal.Text != "" {
			f.cause += " (" + plainText(refusal.Text) + ")"
		}
		return f
	case refusal != nil:
		return failf(askAdmin, "the server at %s did not renew your sign-in (%s)", to.Server.Host, plainText(refusal.Text))
	}
	if next.Refresh == "" {
		next.Refresh = to.signIn.Refresh
	}
	if err := writeCredentials(m.Getenv, next); err != nil {
		return err
	}
	to.Token, to.signIn = next.Token, next
	return nil
}

// issued reads a token response (RFC 6749, section 5).
func (m Machine) issued(server *url.URL, a *httpAnswer) (*Credentials, *oauthError, error) {
	var refusal oauthError
	if a.Status != 200 {
		if a.JSON && json.Unmarshal(a.Body, &refusal) == nil && refusal.Code != "" {
			return nil, &refusal, nil
		}
		return nil, nil, statusFailure(a, server)
	}
	var t struct {
		Access    string `json:"access_token"`
		Type      string `json:"token_type"`
		ExpiresIn int64  `json:"expires_in"`
		Refresh   string `json:"refresh_token"`
		Email     string `json:"email"`
	}
	if !a.JSON || json.Unmarshal(a.Body, &t) != nil || !isToken(t.Access) || t.Refresh != "" && !isToken(t.Refresh) || t.ExpiresIn <= 0 || t.ExpiresIn > 1<<31 {
		return nil, nil, failf(askAdmin, "the server at %s gave no usable credential", server.Host)
	}
	end := m.now().Add(time.Duration(t.ExpiresIn) * time.Second).UTC().Truncate(time.Second)
	return &Credentials{Server: server.String(), Token: t.Access, Refresh: t.Refresh, ExpiresAt: end, Person: plainText(t.Email)}, nil, nil
}

// unlessGood lets a credential do that still counts though it could not be renewed.
func (m Machine) unlessGood(to *Connection, err error) error {
	if to.signIn.lasts(m.now(), 0) {
		return nil
	}
	return err
}

func (c *Credentials) lasts(now time.Time, needed time.Duration) bool {
	return c.Token != "" && now.Add(needed).Before(c.ExpiresAt)
}

func signedOut(server *url.URL) *failure {
	return failf("run `ambit login --server "+server.String()+"`", "your sign-in at %s has ended", server.Host)
}
