package oidc

import (
	"context"
	"fmt"
	"log/slog"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/oauth2"

	"ambit/server/identity/idp"
)

// Flow is one sign-in on its way. What Begin returns is secret but for State; the caller keeps it, bound to the browser,
// and hands it to Finish once: a flow must not be used a second time.
type Flow struct {
	LoginHint string `json:"login_hint,omitempty"` // asked for by the caller: who wants to sign in
	Fresh     bool   `json:"fresh,omitempty"`      // asked for by the caller: the person must prove anew who they are; Google can't be asked for it

	State    string    `json:"state"`
	Nonce    string    `json:"nonce"`
	Verifier string    `json:"verifier"` // PKCE (RFC 7636)
	Issuer   string    `json:"issuer"`   // to whom the browser was sent
	ClientID string    `json:"client_id"`
	Redirect string    `json:"redirect"`
	Started  time.Time `json:"started"`
}

// String keeps secrets out of logs.
func (f Flow) String() string { return "oidc flow at " + f.Issuer }

// GoString keeps secrets out of logs.
func (f Flow) GoString() string { return f.String() }

// LogValue keeps secrets out of logs.
func (f Flow) LogValue() slog.Value { return slog.StringValue(f.String()) }

// Begin makes the address that the browser is sent to. redirectURL is where it comes back to.
func (p *Provider) Begin(ctx context.Context, redirectURL string, flow Flow) (string, Flow, error) {
	if wrong := p.config.Check(); len(wrong) > 0 {
		return "", Flow{}, wrong[0]
	}
	if wrong := p.config.CheckSecret(p.secret); wrong != nil {
		return "", Flow{}, wrong
	}
	if err := secureURL(redirectURL, true); err != nil {
		return "", Flow{}, misconfigured("public_url", "people can't come back from the identity provider: "+err.Error(), "Start Ambit with --public-url https://….")
	}
	m, err := p.signInMetadata(ctx)
	if err != nil {
		return "", Flow{}, err
	}
	for _, secret := range []*string{&flow.State, &flow.Nonce, &flow.Verifier} {
		if *secret, err = p.token(); err != nil {
			return "", Flow{}, fmt.Errorf("begin sign-in: %w", err)
		}
	}
	flow.Issuer, flow.ClientID, flow.Redirect, flow.Started = p.config.Issuer, p.config.ClientID, redirectURL, p.now()
	client := p.oauth(m, redirectURL)
	return client.AuthCodeURL(flow.State, p.authOptions(flow)...), flow, nil
}

func (p *Provider) authOptions(flow Flow) []oauth2.AuthCodeOption {
	params := map[string]string{"nonce": flow.Nonce}
	for name, value := range p.config.AuthParams {
		params[name] = value
	}
	if p.config.OfflineAccess && p.config.Issuer == issuerGoogle {
		params["access_type"] = "offline" // Google knows no scope offline_access, and sends a refresh token with a new consent only
		params["prompt"] = addWord(params["prompt"], "consent")
	}
	switch {
	case flow.Fresh && p.config.Issuer == issuerGoogle:
		params["prompt"] = addWord(params["prompt"], "select_account") // it knows neither max_age nor login
	case flow.Fresh:
		params["max_age"], params["prompt"] = strconv.Itoa(0), addWord(params["prompt"], "login")
	}
	if plain(flow.LoginHint, 320) {
		params["login_hint"] = flow.LoginHint
	}
	options := []oauth2.AuthCodeOption{oauth2.S256ChallengeOption(flow.Verifier)}
	for name, value := range params {
		options = append(options, oauth2.SetAuthURLParam(name, value))
	}
	return options
}

func addWord(words, word string) string {
	list := strings.Fields(words)
	if !slices.Contains(list, word) {
		list = append(list, word)
	}
	return strings.Join(list, " ")
}

// scopes are those that are asked for.
func (c *Config) scopes() []string {
	if c.OfflineAccess && c.Issuer != issuerGoogle && !slices.Contains(c.Scopes, "offline_access") {
		return append(slices.Clone(c.Scopes), "offline_access")
	}
	return c.Scopes
}

// callback is what the browser brought back.
type callback struct{ code, issuer, state, failure, description string }

// readCallback checks the parameters' form. Each may stand once (RFC 6749 §3.1): of two, it is open which one counts.
func readCallback(params url.Values) (callback, error) {
	c := callback{}
	for name, field := range map[string]*string{"code": &c.code, "iss": &c.issuer, "state": &c.state, "error": &c.failure, "error_description": &c.description} {
		values := params[name]
		if len(values) > 1 || len(values) == 1 && len(values[0]) > parameterLimit {
			return callback{}, idp.Refuse(ReasonCallback, "the address that the browser came back with has "+name+" twice or too long", remedySignInAgain)
		}
		if len(values) == 1 {
			*field = values[0]
		}
	}
	return c, nil
}

// accept checks that a callback belongs to the flow: the browser's own sign-in, of this connection. It comes before anything
// is asked of the provider, so that made-up callbacks cost nothing.
func (p *Provider) accept(redirectURL string, flow Flow, c callback) error {
	switch {
	case !same(flow.State, c.state):
		return idp.Refuse(ReasonState, "this sign-in was not started in this browser, or is over", remedySignInAgain)
	case flow.Nonce == "" || flow.Verifier == "", flow.Issuer != p.config.Issuer, flow.ClientID != p.config.ClientID, flow.Redirect != redirectURL:
		return idp.Refuse(ReasonFlow, "the connection was changed while you signed in", remedySignInAgain)
	case p.now().Sub(flow.Started) > flowLifetime, flow.Started.Sub(p.now()) > maxClockSkew:
		return idp.Refuse(ReasonFlowExpired, "the sign-in took too long", remedySignInAgain)
	}
	return nil
}

// fromIssuer checks that the answer, a reported error too, is from this issuer and no other (RFC 9207 §2.4).
func (p *Provider) fromIssuer(m *metadata, c callback) error {
	switch {
	case c.issuer != "" && c.issuer != p.config.Issuer:
		return idp.Refuse(ReasonIssuerParameter, "the answer comes from another identity provider", remedySignInAgain)
	case c.issuer == "" && m.IssuerParameter:
		return idp.Refuse(ReasonIssuerParameter, "the identity provider's answer doesn't say who it is from (iss), although it promises to", remedyAskAdmin)
	}
	return nil
}
