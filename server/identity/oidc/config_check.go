package oidc

import (
	"fmt"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"unicode"

	"ambit/server/identity/idp"
)

// Check names every field that is wrong, in the order of the struct; nil means that the connection can be tried.
func (c *Config) Check() []*idp.Refusal {
	full := c.withDefaults()
	wrong := full.checkIssuer()
	bad := func(field, message, remedy string) { wrong = append(wrong, misconfigured(field, message, remedy)) }
	if full.ClientID == "" || !plain(full.ClientID, 512) {
		bad("client_id", "the client ID is missing or has characters that can't be in one", "Copy it from the application's page at the identity provider.")
	}
	if !slices.Contains([]string{ClientSecretBasic, ClientSecretPost, ClientAuthNone}, full.ClientAuth) {
		bad("client_auth", fmt.Sprintf("%q is no way to authenticate that Ambit knows", clean(full.ClientAuth, 40)), "Choose client_secret_basic, client_secret_post or none.")
	}
	if full.Audience != full.ClientID && !plain(full.Audience, 512) {
		bad("audience", "the audience has characters that can't be in one, or is too long", "Leave it empty: the client ID is right for nearly every provider.")
	}
	if !slices.Contains(full.Scopes, "openid") {
		bad("scopes", "the scope openid is missing", "Add openid: without it the provider sends no ID token.")
	}
	for _, s := range full.Scopes {
		if !scopeToken(s) {
			bad("scopes", fmt.Sprintf("%q is no scope", clean(s, 40)), "List each scope on its own, without spaces or quotes.")
		}
	}
	wrong = append(wrong, full.checkAuthParams()...)
	if full.Issuer == issuerGoogle && full.AuthParams["hd"] == "" {
		bad("auth_params", "the Google Workspace domain is missing, so any Google account could come in", "Set hd to your domain, such as acme.com; * takes every Workspace domain, for an Internal consent screen with several.")
	}
	wrong = append(wrong, full.checkClaims()...)
	if !slices.Contains([]string{UserInfoAuto, UserInfoAlways, UserInfoNever}, full.UserInfo) {
		bad("userinfo", fmt.Sprintf("%q is not a choice", clean(full.UserInfo, 40)), "Choose auto, always or never.")
	}
	return append(wrong, full.checkTokens()...)
}

// CheckWorkload is Check for an issuer of workload tokens, where there is no client: only VerifyIDToken is used.
func (c *Config) CheckWorkload() []*idp.Refusal {
	full := c.withDefaults()
	return slices.Concat(full.checkIssuer(), full.checkClaims(), full.checkTokens())
}

// CheckSecret says what is wrong with a client secret for this configuration, or nil.
func (c *Config) CheckSecret(secret string) *idp.Refusal {
	switch full := c.withDefaults(); {
	case full.ClientAuth == ClientAuthNone && secret != "":
		return misconfigured("client_secret", "a public client (client_auth none) has no secret", "Leave the secret empty, or choose client_secret_basic.")
	case full.ClientAuth != ClientAuthNone && secret == "":
		return misconfigured("client_secret", "the client secret is missing", remedyClientCredentials)
	case strings.TrimSpace(secret) != secret:
		return misconfigured("client_secret", "the client secret begins or ends with a space or line break", "Paste it again without them.")
	}
	return nil
}

func (c *Config) checkIssuer() []*idp.Refusal {
	bad := func(message, remedy string) []*idp.Refusal {
		return []*idp.Refusal{misconfigured("issuer", message, remedy)}
	}
	const example = "Write it as the provider does, for example https://login.example.com/realms/acme."
	u, err := url.Parse(c.Issuer)
	switch {
	case c.Issuer == "":
		return bad("the issuer is missing", example)
	case err != nil || u.Host == "" || len(c.Issuer) > 1000 || clean(c.Issuer, 1000) != c.Issuer:
		return bad("the issuer is not a URL", example)
	case secureURL(c.Issuer, true) != nil:
		return bad(secureURL(c.Issuer, true).Error(), example)
	case u.RawQuery != "" || u.ForceQuery || u.Fragment != "":
		return bad("the issuer must have neither query nor fragment", example)
	case strings.Contains(u.Path, "/.well-known/"):
		return bad("this is the address of the discovery document, not the issuer", "Leave out /.well-known/openid-configuration.")
	case u.Hostname() == "login.microsoftonline.com" && slices.Contains([]string{"common", "organizations", "consumers"}, strings.Split(strings.Trim(u.Path, "/"), "/")[0]):
		return bad("this address lets people of every Entra tenant in", "Use your own tenant: https://login.microsoftonline.com/TENANT-ID/v2.0.")
	}
	return nil
}

func (c *Config) checkClaims() []*idp.Refusal {
	var wrong []*idp.Refusal
	for _, f := range []struct{ field, claim string }{
		{"subject_claim", c.SubjectClaim}, {"email_claim", c.EmailClaim}, {"name_claim", c.NameClaim}, {"groups_claim", c.GroupsClaim},
	} {
		if !plain(f.claim, 200) || strings.Count(f.claim, ".") > 16 {
			wrong = append(wrong, misconfigured(f.field, "this can't be the name of a claim", "Write its name as it stands in the ID token, for example groups or realm_access.roles."))
		}
	}
	if slices.Contains([]string{"email", "upn", "preferred_username", "unique_name", "name"}, c.SubjectClaim) {
		wrong = append(wrong, misconfigured("subject_claim", fmt.Sprintf("%s can change and be given to somebody else", c.SubjectClaim), "Use sub, or oid with Entra ID."))
	}
	return wrong
}

func (c *Config) checkTokens() []*idp.Refusal {
	var wrong []*idp.Refusal
	for _, a := range c.Algorithms {
		if !slices.Contains(asymmetric, a) {
			wrong = append(wrong, misconfigured("algorithms", fmt.Sprintf("%q can't be allowed: only asymmetric signatures prove who signed", clean(a, 40)), "Choose from "+strings.Join(asymmetric, ", ")+"."))
		}
	}
	if c.ClockSkew < 1 || c.ClockSkew > int(maxClockSkew.Seconds()) {
		wrong = append(wrong, misconfigured("clock_skew", "the clock skew must be 1 to 300 seconds", "Leave it empty for 60 seconds; set clocks by NTP rather than raise it."))
	}
	return wrong
}

func misconfigured(field, message, remedy string) *idp.Refusal {
	return idp.Refuse(idp.ReasonConfiguration, message, remedy).About(field)
}

// secureURL says in one sentence why an address of the provider can't be used: it must be https, or, where loopback is
// allowed, http to this machine.
func secureURL(text string, loopback bool) error {
	u, err := url.Parse(text)
	switch {
	case err != nil || u.Host == "" || u.Hostname() == "" || u.Opaque != "":
		return fmt.Errorf("%q is not a URL with a host", clean(text, 200))
	case u.User != nil:
		return fmt.Errorf("the URL at %s holds a user name or password", clean(u.Host, 100))
	case u.Fragment != "":
		return fmt.Errorf("the URL at %s holds a fragment (#…)", clean(u.Host, 100))
	case u.Scheme == "https", u.Scheme == "http" && loopback && isLoopback(u.Hostname()):
		return nil
	}
	return fmt.Errorf("%q is not https: tokens would travel in clear text", clean(text, 200))
}

func isLoopback(host string) bool {
	addr, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && addr.Unmap().IsLoopback()
}

// plain reports whether text is 1 to limit bytes of printable characters without surrounding space.
func plain(text string, limit int) bool {
	return text != "" && len(text) <= limit && strings.TrimSpace(text) == text && clean(text, limit) == text
}

// scopeToken is RFC 6749 §3.3.
func scopeToken(s string) bool {
	return s != "" && len(s) <= 200 && !strings.ContainsFunc(s, func(r rune) bool {
		return r <= ' ' || r > unicode.MaxASCII || r == '"' || r == '\\' || r == 0x7f
	})
}
