package agent

import (
	"context"
	"encoding/json"
	"errors"
	"net/url"
	"strings"
	"time"
	"unicode"
)

// Login is a sign-in by the device flow (RFC 8628).
type Login struct {
	Machine
	Server *url.URL
	Name   string                                     // of this machine, as the person will see it when approving
	Show   func(page, complete, code string)          // tells the person where to go
	Wait   func(context.Context, time.Duration) error // between two questions
}

// device is the answer that begins a device flow (section 3.2 there).
type device struct {
	DeviceCode string `json:"device_code"`
	UserCode   string `json:"user_code"`
	Page       string `json:"verification_uri"`
	Complete   string `json:"verification_uri_complete"`
	ExpiresIn  int64  `json:"expires_in"`
	Interval   int64  `json:"interval"`
}

// Run signs in and writes the credential file. A sign-in that was there before ends.
func (l *Login) Run(ctx context.Context) (Credentials, error) {
	if err := l.discover(ctx); err != nil {
		return Credentials{}, err
	}
	d, err := l.begin(ctx)
	if err != nil {
		return Credentials{}, err
	}
	l.Show(d.Page, d.Complete, d.UserCode)
	c, err := l.collect(ctx, d)
	if err != nil {
		return Credentials{}, err
	}
	unlock, err := lockCredentials(ctx, l.Getenv)
	if err != nil {
		return *c, err
	}
	defer unlock()
	before, errBefore := readCredentials(l.Getenv) // one that can't be read is replaced
	if err := writeCredentials(l.Getenv, c); err != nil {
		return *c, errors.Join(err, l.revoke(ctx, c)) // nobody else would ever end it
	}
	if errBefore == nil {
		_ = l.revoke(ctx, &before) // its server may be gone: then it ends by itself
	}
	return *c, nil
}

// discover makes sure that the address is an Ambit server's own: what it names as its endpoints must be there too, so that
// nobody in between sends the sign-in elsewhere (RFC 8414, section 3.3).
func (l *Login) discover(ctx context.Context) error {
	a, err := l.call(ctx, l.Server, &request{method: "GET", path: "/.well-known/oauth-authorization-server"})
	if err != nil {
		return exchangeFailure(err, l.Server)
	}
	var doc struct {
		Issuer  string `json:"issuer"`
		Device  string `json:"device_authorization_endpoint"`
		Token   string `json:"token_endpoint"`
		Version int    `json:"gateway_protocol_version"`
	}
	if a.Status != 200 || !a.JSON || json.Unmarshal(a.Body, &doc) != nil || doc.Issuer == "" {
		return failf("give the address of your organisation's Ambit server with --server", "what answers at %s is not an Ambit server", l.Server)
	}
	base := l.Server.String()
	if !sameServer(doc.Issuer, base) {
		return failf("run `ambit login --server "+plainText(doc.Issuer)+"`, if that is your organisation's server", "the server at %s calls itself %s", l.Server.Host, plainText(doc.Issuer))
	}
	if doc.Version != 1 || !strings.EqualFold(doc.Device, base+"/oauth/device_authorization") || !strings.EqualFold(doc.Token, base+"/oauth/token") {
		return failf("update ambit on this machine, or "+askAdmin, "the server at %s signs in in a way that this ambit doesn't know", l.Server.Host)
	}
	return nil
}

func (l *Login) begin(ctx context.Context) (*device, error) {
	a, err := l.form(ctx, l.Server, "/oauth/device_authorization", url.Values{"surface": {"ambit"}, "device_name": {l.Name}})
	if err != nil {
		return nil, exchangeFailure(err, l.Server)
	}
	if a.Status != 200 {
		_, refusal, err := l.issued(l.Server, a)
		if refusal != nil {
			err = failf("try again in a few minutes, or "+askAdmin, "the server at %s begins no sign-in (%s)", l.Server.Host, plainText(refusal.Text))
		}
		return nil, err
	}
	var d device
	if !a.JSON || json.Unmarshal(a.Body, &d) != nil || d.DeviceCode == "" || !isUserCode(d.UserCode) || !l.own(d.Page) || d.Complete != "" && !l.own(d.Complete) || d.ExpiresIn <= 0 || d.ExpiresIn > 3600 {
		return nil, failf(askAdmin, "the server at %s gave no usable code", l.Server.Host)
	}
	if d.Interval <= 0 || d.Interval > 60 {
		d.Interval = 5
	}
	return &d, nil
}

// own reports whether a page is the server's: it will be shown, and opened in a browser.
func (l *Login) own(page string) bool {
	u, err := url.Parse(page)
	return err == nil && u.User == nil && u.Scheme == l.Server.Scheme && strings.EqualFold(u.Host, l.Server.Host) &&
		!strings.ContainsFunc(page, func(r rune) bool { return r <= ' ' || r > '~' || strings.ContainsRune("\"'`$\\<>|^", r) })
}

func isUserCode(s string) bool {
	return s != "" && len(s) <= 20 && !strings.ContainsFunc(s, func(r rune) bool {
		return r != '-' && (r > unicode.MaxASCII || !unicode.IsLetter(r) && !unicode.IsDigit(r))
	})
}

// collect asks until the person has decided (section 3.5).
func (l *Login) collect(ctx context.Context, d *device) (*Credentials, error) {
	every, until := time.Duration(d.Interval)*time.Second, l.now().Add(time.Duration(d.ExpiresIn)*time.Second)
	fields := url.Values{"grant_type": {"urn:ietf:params:oauth:grant-type:device_code"}, "device_code": {d.DeviceCode}}
	for l.now().Before(until) {
		if err := l.Wait(ctx, every); err != nil {
			return nil, failf("run `ambit login` again", "the sign-in was interrupted")
		}
		a, err := l.form(ctx, l.Server, "/oauth/token", fields)
		if err != nil {
			every = min(2*every, time.Minute) // the network, most likely: the sign-in is still open
			continue
		}
		c, refusal, err := l.issued(l.Server, a)
		switch {
		case err != nil && a.Status >= 500:
			every = min(2*every, time.Minute)
		case err != nil || refusal == nil:
			return c, err
		case refusal.Code == "authorization_pending", refusal.Code == "temporarily_unavailable", refusal.Code == "server_error":
		case refusal.Code == "slow_down":
			every += 5 * time.Second
		case refusal.Code == "access_denied":
			return nil, failf("run `ambit login` again if that was a mistake", "the sign-in was refused")
		case refusal.Code == "expired_token":
			return nil, errTooLate
		default:
			return nil, failf("run `ambit login` again, or "+askAdmin, "the sign-in failed (%s)", plainText(refusal.Text))
		}
	}
	return nil, errTooLate
}

var errTooLate = failf("run `ambit login` again", "nobody approved the sign-in in time")

// Logout ends the sign-in on the server and forgets it here. Where the server can't be told it is forgotten all the same, and
// that is the error. server is "" where nobody was signed in.
func (m Machine) Logout(ctx context.Context) (server string, err error) {
	unlock, err := lockCredentials(ctx, m.Getenv)
	if err != nil {
		return "", err
	}
	defer unlock()
	c, err := readCredentials(m.Getenv)
	if err != nil || c.Server == "" {
		return "", err
	}
	told := m.revoke(ctx, &c)
	return c.Server, errors.Join(removeCredentials(m.Getenv), told)
}

// revoke ends a sign-in on its server (RFC 7009), by both of its credentials as the coding agents do it.
func (m Machine) revoke(ctx context.Context, c *Credentials) error {
	server, err := ParseServer(c.Server)
	if err != nil {
		return nil //nolint:nilerr // there is no server to tell
	}
	for _, token := range []url.Values{{"token": {c.Token}}, {"token": {c.Refresh}, "token_type_hint": {"refresh_token"}}} {
		if token.Get("token") == "" {
			continue
		}
		a, err := m.form(ctx, server, "/oauth/revoke", token)
		if err != nil {
			return exchangeFailure(err, server)
		}
		if a.Status != 200 {
			return statusFailure(a, server)
		}
	}
	return nil
}

// SignedInAt is the server of the sign-in; "" where there is none.
func (m Machine) SignedInAt() string {
	c, err := readCredentials(m.Getenv)
	if err != nil || c.Token == "" {
		return ""
	}
	return c.Server
}

// Signed returns the sign-in with a credential that lasts as long as needed.
func (m Machine) Signed(ctx context.Context, needed time.Duration) (Credentials, error) {
	c, err := readCredentials(m.Getenv)
	if err != nil {
		return c, err
	}
	if c.Server == "" {
		return c, failf("run `ambit login --server URL`", "you are not signed in")
	}
	server, err := ParseServer(c.Server)
	if err != nil {
		return c, err
	}
	if c.Token == "" {
		return c, signedOut(server)
	}
	to := Connection{Server: server, Token: c.Token, signIn: &c}
	if err := m.Renew(ctx, &to, needed); err != nil {
		return c, err
	}
	return *to.signIn, nil
}
