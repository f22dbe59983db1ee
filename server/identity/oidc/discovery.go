package oidc

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"ambit/server/identity/idp"
)

// metadata is what of a discovery document is used (OpenID Connect Discovery §3, RFC 8414, RFC 9207).
type metadata struct {
	Issuer                string   `json:"issuer"`
	AuthorizationEndpoint string   `json:"authorization_endpoint"`
	TokenEndpoint         string   `json:"token_endpoint"`
	UserInfoEndpoint      string   `json:"userinfo_endpoint"`
	JWKSURI               string   `json:"jwks_uri"`
	EndSessionEndpoint    string   `json:"end_session_endpoint"`
	Algorithms            []string `json:"id_token_signing_alg_values_supported"`
	Scopes                []string `json:"scopes_supported"`
	Claims                []string `json:"claims_supported"`
	ResponseTypes         []string `json:"response_types_supported"`
	TokenAuthMethods      []string `json:"token_endpoint_auth_methods_supported"`
	ChallengeMethods      []string `json:"code_challenge_methods_supported"`
	IssuerParameter       bool     `json:"authorization_response_iss_parameter_supported"`
	BackchannelLogout     bool     `json:"backchannel_logout_supported"`
	BackchannelSession    bool     `json:"backchannel_logout_session_supported"`

	date time.Time // of the provider's clock; zero where it doesn't say
}

// fetchMetadata reads the discovery document. Whatever is wrong with it is a matter of configuration: nobody can sign in
// until an admin, here or there, mends it.
func (p *Provider) fetchMetadata(ctx context.Context) (*metadata, error) {
	if wrong := p.config.checkIssuer(); len(wrong) > 0 {
		return nil, wrong[0]
	}
	r, err := p.get(ctx, "discovery document", strings.TrimSuffix(p.config.Issuer, "/")+"/.well-known/openid-configuration", "")
	if err != nil {
		return nil, err
	}
	m, err := parseMetadata(r.body, p.config.Issuer)
	if err != nil {
		return nil, err
	}
	m.date = r.date
	return m, nil
}

func parseMetadata(data []byte, issuer string) (*metadata, error) {
	bad := func(message string, cause error) error {
		return misconfigured("issuer", message, "Check that the issuer is right; "+strings.ToLower(remedyProviderSettings[:1])+remedyProviderSettings[1:]).Because(cause)
	}
	object, err := decodeObject(data)
	if err != nil {
		return nil, bad("what the provider sends as its discovery document is not one ("+err.Error()+")", err)
	}
	for _, name := range []string{"issuer", "jwks_uri", "token_endpoint", "authorization_endpoint", "userinfo_endpoint", "end_session_endpoint"} {
		if foldsTo(object, name) {
			return nil, bad("the discovery document writes "+name+" in another case", errDuplicate)
		}
	}
	m := &metadata{}
	if err := json.Unmarshal(data, m); err != nil {
		return nil, bad("a member of the discovery document has the wrong type", errors.New("wrong type"))
	}
	if m.Issuer != issuer {
		return nil, misconfigured("issuer", fmt.Sprintf("the provider calls itself %q, not %q", clean(m.Issuer, 200), clean(issuer, 200)),
			"Enter the issuer exactly as the provider writes it; a trailing slash counts.")
	}
	if m.JWKSURI == "" {
		return nil, bad("the discovery document names no keys (jwks_uri)", nil)
	}
	loopback := strings.HasPrefix(issuer, "http://") // only then may endpoints be plain http, and only on this machine
	for _, endpoint := range []string{m.AuthorizationEndpoint, m.TokenEndpoint, m.UserInfoEndpoint, m.JWKSURI, m.EndSessionEndpoint} {
		if endpoint == "" {
			continue
		}
		if err := secureURL(endpoint, loopback); err != nil {
			return nil, bad("the discovery document names an endpoint that can't be used: "+err.Error(), nil)
		}
	}
	return m, nil
}

// discovered returns the provider's metadata.
func (p *Provider) discovered(ctx context.Context) (*metadata, error) {
	m, _, err := p.metadata.get(ctx)
	return m, err
}

// signInMetadata returns the metadata of a provider that people can sign in at.
func (p *Provider) signInMetadata(ctx context.Context) (*metadata, error) {
	m, err := p.discovered(ctx)
	if err != nil {
		return nil, err
	}
	if r := m.signsIn(); r != nil {
		return nil, r
	}
	return m, nil
}

func (m *metadata) signsIn() *idp.Refusal {
	if m.AuthorizationEndpoint == "" || m.TokenEndpoint == "" {
		return misconfigured("issuer", "nobody can sign in at this issuer: it names no authorization or no token endpoint", "Enter the issuer of your identity provider.")
	}
	return nil
}
