package oidc

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"ambit/server/identity/idp"
)

func fields(refusals []*idp.Refusal) []string {
	var names []string
	for _, r := range refusals {
		names = append(names, r.Field)
	}
	return names
}

// TestConfigCheck ensures that each wrong field is named, with a remedy, and that right ones pass.
func TestConfigCheck(t *testing.T) {
	good := Config{Issuer: "https://login.acme.test/realms/acme", ClientID: "ambit"}
	for _, c := range []struct {
		name   string
		change func(*Config)
		want   string // the field; "" for a right one
	}{
		{"defaults", func(*Config) {}, ""},
		{"loopback by http", func(c *Config) { c.Issuer = "http://127.0.0.1:9410" }, ""},
		{"trailing slash", func(c *Config) { c.Issuer = "https://acme.eu.auth0.com/" }, ""},
		{"everything", func(c *Config) {
			c.AuthParams = map[string]string{"prompt": "consent login", "max_age": "0", "hd": "acme.test", "acr_values": "phr"}
			c.Algorithms, c.Scopes, c.ClockSkew = []string{"ES256"}, []string{"openid", "groups"}, 300
			c.SubjectClaim, c.GroupsClaim, c.ClientAuth, c.UserInfo = "oid", "https://acme.test/groups", "none", "never"
		}, ""},
		{"no issuer", func(c *Config) { c.Issuer = "" }, "issuer"},
		{"issuer by http", func(c *Config) { c.Issuer = "http://login.acme.test" }, "issuer"},
		{"issuer that is a word", func(c *Config) { c.Issuer = "okta" }, "issuer"},
		{"issuer with a query", func(c *Config) { c.Issuer += "?x=1" }, "issuer"},
		{"issuer with a fragment", func(c *Config) { c.Issuer += "#x" }, "issuer"},
		{"issuer with a password", func(c *Config) { c.Issuer = "https://a:b@login.acme.test" }, "issuer"},
		{"issuer with a line break", func(c *Config) { c.Issuer += "\n" }, "issuer"},
		{"discovery document for issuer", func(c *Config) { c.Issuer += "/.well-known/openid-configuration" }, "issuer"},
		{"every Entra tenant", func(c *Config) { c.Issuer = "https://login.microsoftonline.com/common/v2.0" }, "issuer"},
		{"no client ID", func(c *Config) { c.ClientID = "" }, "client_id"},
		{"client ID with a space", func(c *Config) { c.ClientID = "ambit " }, "client_id"},
		{"private_key_jwt", func(c *Config) { c.ClientAuth = "private_key_jwt" }, "client_auth"},
		{"audience with a line break", func(c *Config) { c.Audience = "a\nb" }, "audience"},
		{"no openid", func(c *Config) { c.Scopes = []string{"email"} }, "scopes"},
		{"two scopes in one", func(c *Config) { c.Scopes = []string{"openid", "profile email"} }, "scopes"},
		{"parameter of the protocol", func(c *Config) { c.AuthParams = map[string]string{"redirect_uri": "https://evil.test"} }, "auth_params"},
		{"prompt none", func(c *Config) { c.AuthParams = map[string]string{"prompt": "none"} }, "auth_params"},
		{"max_age in words", func(c *Config) { c.AuthParams = map[string]string{"max_age": "1h"} }, "auth_params"},
		{"parameter without value", func(c *Config) { c.AuthParams = map[string]string{"hd": ""} }, "auth_params"},
		{"Google without a domain", func(c *Config) { c.Issuer = issuerGoogle }, "auth_params"},
		{"Google with other parameters only", func(c *Config) {
			c.Issuer, c.AuthParams = issuerGoogle, map[string]string{"prompt": "login"}
		}, "auth_params"},
		{"Google with a domain", func(c *Config) {
			c.Issuer, c.AuthParams = issuerGoogle, map[string]string{"hd": "acme.test"}
		}, ""},
		{"Google with any Workspace domain", func(c *Config) {
			c.Issuer, c.AuthParams = issuerGoogle, map[string]string{"hd": "*"}
		}, ""},
		{"subject by address", func(c *Config) { c.SubjectClaim = "email" }, "subject_claim"},
		{"claim with a line break", func(c *Config) { c.GroupsClaim = "a\nb" }, "groups_claim"},
		{"claim of dots", func(c *Config) { c.GroupsClaim = strings.Repeat("a.", 50) }, "groups_claim"},
		{"userinfo sometimes", func(c *Config) { c.UserInfo = "sometimes" }, "userinfo"},
		{"HMAC", func(c *Config) { c.Algorithms = []string{"RS256", "HS256"} }, "algorithms"},
		{"no signature", func(c *Config) { c.Algorithms = []string{"none"} }, "algorithms"},
		{"six minutes", func(c *Config) { c.ClockSkew = 360 }, "clock_skew"},
		{"minus one", func(c *Config) { c.ClockSkew = -1 }, "clock_skew"},
	} {
		config := good
		c.change(&config)
		wrong := config.Check()
		got := strings.Join(fields(wrong), " ")
		if got != c.want {
			t.Errorf("%s: wrong fields %q, want %q", c.name, got, c.want)
		}
		for _, r := range wrong {
			if r.Reason != idp.ReasonConfiguration || r.Message == "" || r.Remedy == "" {
				t.Errorf("%s: %+v", c.name, r)
			}
		}
	}
	bad := Config{ClientAuth: "x", Scopes: []string{"a"}, Algorithms: []string{"none"}, ClockSkew: 999, UserInfo: "x"}
	if got := fields(bad.Check()); !slices.Equal(got, []string{"issuer", "client_id", "client_auth", "scopes", "userinfo", "algorithms", "clock_skew"}) {
		t.Errorf("not every wrong field is named: %v", got)
	}
	if got := (&Config{Issuer: "https://ci.acme.test"}).CheckWorkload(); got != nil {
		t.Errorf("a workload issuer needs no client: %v", got)
	}
}

// TestConfigSecret ensures that a client secret fits the way to authenticate.
func TestConfigSecret(t *testing.T) {
	for _, c := range []struct {
		auth, secret string
		ok           bool
	}{
		{"", "s3cret", true},
		{"client_secret_post", "s3cret", true},
		{"none", "", true},
		{"", "", false},
		{"none", "s3cret", false},
		{"", "s3cret\n", false},
	} {
		r := (&Config{ClientAuth: c.auth}).CheckSecret(c.secret)
		if (r == nil) != c.ok {
			t.Errorf("%q with %q: %v", c.auth, c.secret, r)
		}
		if r != nil && c.secret != "" && strings.Contains(r.Error(), c.secret) {
			t.Error("the refusal tells the secret")
		}
	}
}

// TestConfigJSON ensures that stored configurations are read back as they were, by these names.
func TestConfigJSON(t *testing.T) {
	const stored = `{"issuer":"https://a.test","client_id":"c","client_auth":"none","audience":"x","scopes":["openid"],"offline_access":true,` +
		`"auth_params":{"hd":"a.test"},"subject_claim":"oid","email_claim":"upn","name_claim":"n","groups_claim":"g","groups_string":true,` +
		`"userinfo":"never","algorithms":["ES256"],"clock_skew":30}`
	var c Config
	if err := json.Unmarshal([]byte(stored), &c); err != nil {
		t.Fatal(err)
	}
	if again := string(must(json.Marshal(c))); again != stored {
		t.Errorf("%s", again)
	}
}

// TestIssuerSpelling ensures that an issuer is compared to the letter, but for Google's old spelling of its own.
func TestIssuerSpelling(t *testing.T) {
	for _, c := range []struct {
		issuer, iss string
		want        bool
	}{
		{issuerGoogle, issuerGoogle, true},
		{issuerGoogle, "accounts.google.com", true},
		{issuerGoogle, issuerGoogle + "/", false},
		{issuerGoogle, "http://accounts.google.com", false},
		{"https://a.test", "a.test", false},
		{"https://a.test", "https://A.test", false},
		{"https://a.test/", "https://a.test", false},
		{"", "", false},
	} {
		if got := (&Config{Issuer: c.issuer}).isIssuer(c.iss); got != c.want {
			t.Errorf("%q for %q: %v", c.iss, c.issuer, got)
		}
	}
}

// TestGoogleAsksForRefreshTokensItsOwnWay ensures that Google gets access_type rather than a scope that it refuses.
func TestGoogleAsksForRefreshTokensItsOwnWay(t *testing.T) {
	p := New(Config{Issuer: issuerGoogle, ClientID: "c", OfflineAccess: true}, "s", client(), newClock().now, constant{})
	m := &metadata{AuthorizationEndpoint: issuerGoogle + "/o/oauth2/v2/auth"}
	flow := Flow{State: "s", Nonce: "n", Verifier: strings.Repeat("v", 43)}
	address := p.oauth(m, redirect).AuthCodeURL(flow.State, p.authOptions(flow)...)
	if !strings.Contains(address, "access_type=offline") || !strings.Contains(address, "prompt=consent") || strings.Contains(address, "offline_access") {
		t.Error(address)
	}
}

// TestGoogleIsNotAskedForAFreshSignIn ensures that Google, which knows neither max_age nor prompt=login, isn't asked for what it
// refuses, nor its tokens for what it doesn't say.
func TestGoogleIsNotAskedForAFreshSignIn(t *testing.T) {
	p := New(Config{Issuer: issuerGoogle, ClientID: "c"}, "s", client(), newClock().now, constant{})
	flow := Flow{State: "s", Nonce: "n", Verifier: strings.Repeat("v", 43), Fresh: true}
	address := p.oauth(&metadata{AuthorizationEndpoint: issuerGoogle}, redirect).AuthCodeURL(flow.State, p.authOptions(flow)...)
	if !strings.Contains(address, "prompt=select_account") || strings.Contains(address, "max_age") {
		t.Error(address)
	}
	if err := p.bindToFlow(&verified{claims: map[string]any{"nonce": "n"}}, flow); err != nil {
		t.Error(err)
	}
}
