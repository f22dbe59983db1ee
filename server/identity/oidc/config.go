package oidc

import (
	"maps"
	"slices"
)

// How the client authenticates at the token endpoint (OpenID Connect Core §9). PKCE is used with each of them.
const (
	ClientSecretBasic = "client_secret_basic" //nolint:gosec // the method's name
	ClientSecretPost  = "client_secret_post"  //nolint:gosec // the method's name
	ClientAuthNone    = "none"                // a public client
)

// When the userinfo endpoint is asked.
const (
	UserInfoAuto   = "auto" // when groups or the e-mail address are missing from the ID token
	UserInfoAlways = "always"
	UserInfoNever  = "never"
)

// Config describes one connection. It holds no secret: the client secret travels apart.
type Config struct {
	Issuer     string `json:"issuer"`                // exactly as the provider writes it, with or without a trailing slash
	ClientID   string `json:"client_id,omitempty"`   // "" only for an issuer of workload tokens
	ClientAuth string `json:"client_auth,omitempty"` // client_secret_basic (default), client_secret_post, none
	Audience   string `json:"audience,omitempty"`    // what aud must hold; the client ID where empty

	Scopes        []string          `json:"scopes,omitempty"`         // openid, profile and email where empty
	OfflineAccess bool              `json:"offline_access,omitempty"` // ask for a refresh token, so that the provider can be asked again
	AuthParams    map[string]string `json:"auth_params,omitempty"`    // further parameters of the authorization request, see authParams

	SubjectClaim string `json:"subject_claim,omitempty"` // sub where empty; Entra ID: oid, to match SCIM
	EmailClaim   string `json:"email_claim,omitempty"`   // email
	NameClaim    string `json:"name_claim,omitempty"`    // name
	GroupsClaim  string `json:"groups_claim,omitempty"`  // groups; a name with dots may lead into objects: realm_access.roles
	GroupsString bool   `json:"groups_string,omitempty"` // take a bare string for one group: AD FS and some Keycloak mappers send one group so
	UserInfo     string `json:"userinfo,omitempty"`      // auto where empty

	Algorithms []string `json:"algorithms,omitempty"` // signing algorithms; those that the provider announces where empty
	ClockSkew  int      `json:"clock_skew,omitempty"` // seconds, 1 to 300; 60 where 0
}

// issuerGoogle needs its own way of asking for refresh tokens, and checks hd.
const issuerGoogle = "https://accounts.google.com"

// isIssuer reports whether a token's iss is this issuer. Google, and nobody else, has an old spelling that its documentation
// still allows; the keys are the same.
func (c *Config) isIssuer(iss string) bool {
	return iss != "" && (iss == c.Issuer || c.Issuer == issuerGoogle && iss == "accounts.google.com")
}

func (c Config) withDefaults() Config {
	set := func(field *string, value string) {
		if *field == "" {
			*field = value
		}
	}
	set(&c.ClientAuth, ClientSecretBasic)
	set(&c.Audience, c.ClientID)
	set(&c.SubjectClaim, "sub")
	set(&c.EmailClaim, "email")
	set(&c.NameClaim, "name")
	set(&c.GroupsClaim, "groups")
	set(&c.UserInfo, UserInfoAuto)
	if len(c.Scopes) == 0 {
		c.Scopes = []string{"openid", "profile", "email"}
	}
	if c.ClockSkew == 0 {
		c.ClockSkew = int(defaultSkew.Seconds())
	}
	// The caller's own slices and map may change later; ours may not.
	c.Scopes, c.Algorithms, c.AuthParams = slices.Clone(c.Scopes), slices.Clone(c.Algorithms), maps.Clone(c.AuthParams)
	return c
}

// asymmetric are the algorithms that can be allowed. HMAC would make whoever knows the client secret an identity provider,
// and "none" everybody.
var asymmetric = []string{"RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"}

// algorithms are those allowed for this provider: what the admin lists, otherwise what the provider announces, otherwise
// RS256, which every provider must support (OpenID Connect Discovery §3).
func (c *Config) algorithms(announced []string) []string {
	if len(c.Algorithms) > 0 {
		announced = c.Algorithms
	} else if len(announced) == 0 {
		announced = []string{"RS256"}
	}
	var both []string
	for _, a := range announced {
		if slices.Contains(asymmetric, a) && !slices.Contains(both, a) {
			both = append(both, a)
		}
	}
	return both
}
