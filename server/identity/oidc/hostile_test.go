package oidc

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"ambit/server/identity/idp"
)

// hostile are sign-ins that must be refused, each for its own reason.
var hostile = []struct {
	name   string
	change func(*scene)
	reason string
}{
	// The token's form and signature.
	{"no signature", func(s *scene) { s.header["alg"] = "none"; s.signer = nil }, ReasonAlgorithm},
	{"no signature, odd case", func(s *scene) { s.header["alg"] = "nOnE"; s.signer = nil }, ReasonAlgorithm},
	{"HMAC with the public key", func(s *scene) { s.header["alg"] = "HS256"; s.signer = rsaKey().N.Bytes() }, ReasonAlgorithm},
	{"HMAC with the client secret", func(s *scene) { s.header["alg"] = "HS256"; s.signer = []byte(clientSecret) }, ReasonAlgorithm},
	{"HMAC although an admin lists it", func(s *scene) {
		s.config(func(c *Config) { c.Algorithms = []string{"HS256"} })
	}, idp.ReasonConfiguration},
	{"an algorithm that isn't listed", func(s *scene) { s.config(func(c *Config) { c.Algorithms = []string{"ES256"} }) }, ReasonAlgorithm},
	{"an algorithm that isn't announced", func(s *scene) { s.discovery["id_token_signing_alg_values_supported"] = []string{"ES256"} }, ReasonAlgorithm},
	{"an RS256 signature called PS256", func(s *scene) { s.header["alg"] = "PS256"; s.signer = rsaJustPKCS{} }, ReasonSignature},
	{"no alg", func(s *scene) { delete(s.header, "alg") }, ReasonAlgorithm},
	{"alg is a number", func(s *scene) { s.header["alg"] = 256 }, ReasonTokenMalformed},
	{"another key under the same ID", func(s *scene) { s.signer = otherRSA() }, ReasonSignature},
	{"a key that isn't published", func(s *scene) { s.header["kid"] = "k9"; s.signer = otherRSA() }, ReasonUnknownKey},
	{"a key ID that is a list", func(s *scene) { s.header["kid"] = []string{"k1"} }, ReasonTokenMalformed},
	{"an EC signature under an RSA key's ID", func(s *scene) { s.header["alg"] = "ES256"; s.signer = ecKey() }, ReasonUnknownKey},
	{"a key that says another algorithm", func(s *scene) { s.keys[0]["alg"] = "PS256" }, ReasonUnknownKey},
	{"a key for encryption", func(s *scene) { s.keys[0]["use"] = "enc" }, ReasonUnknownKey},
	{"a key that may only sign", func(s *scene) { s.keys[0]["key_ops"] = []string{"encrypt"} }, ReasonUnknownKey},
	{"a published private key", func(s *scene) { s.keys[0]["d"] = b64(rsaKey().D.Bytes()) }, ReasonUnknownKey},
	{"a symmetric key", func(s *scene) { s.keys = []object{{"kty": "oct", "kid": "k1", "k": b64([]byte("secret"))}} }, ReasonUnknownKey},
	{"a weak RSA key", func(s *scene) { s.keys = []object{rsaJWK("k1", &weakRSA().PublicKey)}; s.signer = weakRSA() }, ReasonUnknownKey},
	{"an EC point off the curve", func(s *scene) {
		s.keys = []object{ecJWK("k1", &ecKey().PublicKey)}
		s.keys[0]["x"] = b64(make([]byte, 32))
		s.header["alg"], s.signer = "ES256", ecKey()
	}, ReasonUnknownKey},
	{"no keys", func(s *scene) { s.keys = []object{} }, ReasonUnknownKey},
	{"keys that are no list", func(s *scene) { s.rawKeys = `{"keys":{"kid":"k1"}}` }, idp.ReasonConfiguration},
	{"keys that are HTML", func(s *scene) { s.rawKeys = "<html>" }, idp.ReasonConfiguration},
	{"keys listed twice", func(s *scene) { s.rawKeys = `{"keys":[],"keys":[]}` }, idp.ReasonConfiguration},
	{"too many keys", func(s *scene) { s.rawKeys = `{"keys":[` + strings.Repeat("{},", 200) + `{}]}` }, idp.ReasonConfiguration},
	{"key set without end", func(s *scene) { s.rawKeys = `{"keys":[],"x":"` + strings.Repeat("x", documentLimit) + `"}` }, idp.ReasonConfiguration},
	{"keys not to be had", func(s *scene) { s.answer["/jwks"] = status(503, "text/plain", "") }, idp.ReasonUnreachable},
	{"signature cut off", func(s *scene) { s.raw(func(t string) string { return t[:strings.LastIndex(t, ".")+1] }) }, ReasonSignature},
	{"payload changed", func(s *scene) { s.raw(swapPayload) }, ReasonSignature},
	{"JWS in JSON form", func(s *scene) {
		s.raw(func(t string) string {
			part := strings.Split(t, ".")
			return string(must(json.Marshal(object{"protected": part[0], "payload": part[1], "signature": part[2]})))
		})
	}, ReasonTokenMalformed},
	{"JWE", func(s *scene) { s.rawToken = b64([]byte(`{"alg":"RSA-OAEP","enc":"A256GCM"}`)) + ".a.b.c.d" }, ReasonTokenEncrypted},
	{"two parts", func(s *scene) { s.rawToken = "a.b" }, ReasonTokenMalformed},
	{"token without end", func(s *scene) { s.rawToken = strings.Repeat("a", tokenLimit) + ".b.c" }, ReasonTokenMalformed},
	{"header that is no JSON", func(s *scene) { s.rawToken = b64([]byte("hello")) + ".e30.AA" }, ReasonTokenMalformed},
	{"header with padding", func(s *scene) { s.raw(func(t string) string { return strings.Replace(t, ".", "=.", 1) }) }, ReasonTokenMalformed},
	{"alg twice in the header", func(s *scene) {
		s.rawToken = b64([]byte(`{"alg":"none","alg":"RS256","kid":"k1"}`)) + ".e30.AA"
	}, ReasonDuplicateMember},
	{"crit", func(s *scene) { s.header["crit"] = []string{"exp"}; s.header["exp"] = 1 }, ReasonCriticalHeader},
	{"b64", func(s *scene) { s.header["b64"] = false }, ReasonCriticalHeader},
	{"key in the token's header (jwk)", func(s *scene) {
		s.header["jwk"], s.signer = rsaJWK("k1", &otherRSA().PublicKey), otherRSA()
	}, ReasonSignature},
	{"key in the token's header under its own ID", func(s *scene) {
		s.header["jwk"], s.header["kid"], s.signer = rsaJWK("k2", &otherRSA().PublicKey), "k2", otherRSA()
	}, ReasonUnknownKey},
	{"address of a key in the header (jku)", func(s *scene) {
		s.header["jku"], s.header["kid"], s.signer = s.URL+"/evil", "k2", otherRSA()
	}, ReasonUnknownKey},
	{"address of a certificate in the header (x5u)", func(s *scene) { s.header["x5u"], s.signer = s.URL+"/evil", otherRSA() }, ReasonSignature},
	{"access token as ID token", func(s *scene) { s.header["typ"] = "at+jwt" }, ReasonTokenType},
	{"logout token as ID token", func(s *scene) { s.header["typ"] = "logout+jwt" }, ReasonTokenType},
	{"logout token as ID token, typ JWT", func(s *scene) { s.claims["events"] = object{logoutEvent: object{}} }, ReasonTokenType},
	{"Keycloak access token as ID token", func(s *scene) { s.claims["typ"] = "Bearer" }, ReasonTokenType},

	// The token's claims.
	{"payload that is no JSON", func(s *scene) { s.rawPayload = "hello" }, ReasonTokenMalformed},
	{"payload that is a list", func(s *scene) { s.rawPayload = "[]" }, ReasonTokenMalformed},
	{"payload that goes on", func(s *scene) { s.rawPayload = "{}{}" }, ReasonTokenMalformed},
	{"payload deep as a well", func(s *scene) { s.rawPayload = `{"a":` + strings.Repeat("[", 500) + strings.Repeat("]", 500) + "}" }, ReasonTokenMalformed},
	{"sub twice", func(s *scene) { s.twice(`"sub":"root"`) }, ReasonDuplicateMember},
	{"groups twice", func(s *scene) { s.twice(`"groups":["admins"]`) }, ReasonDuplicateMember},
	{"a claim twice in another case", func(s *scene) { s.claims["SUB"] = "root" }, ReasonDuplicateMember},
	{"expired", func(s *scene) { s.claims["exp"] = start.Add(-61 * time.Second).Unix() }, ReasonExpired},
	{"no expiry", func(s *scene) { s.claims["exp"] = absent }, ReasonExpired},
	{"expiry as text", func(s *scene) { s.claims["exp"] = "2099-01-01" }, ReasonTokenMalformed},
	{"expiry beyond all times", func(s *scene) { s.claims["exp"] = 1e300 }, ReasonTokenMalformed},
	{"not yet valid", func(s *scene) { s.claims["nbf"] = start.Add(61 * time.Second).Unix() }, ReasonNotYetValid},
	{"issued in the future", func(s *scene) { s.claims["iat"] = start.Add(61 * time.Second).Unix() }, ReasonIssuedAt},
	{"no iat", func(s *scene) { s.claims["iat"] = absent }, ReasonIssuedAt},
	{"another audience", func(s *scene) { s.claims["aud"] = "other" }, ReasonAudience},
	{"audience in another case", func(s *scene) { s.claims["aud"] = "AMBIT" }, ReasonAudience},
	{"no audience", func(s *scene) { s.claims["aud"] = absent }, ReasonAudience},
	{"empty audience list", func(s *scene) { s.claims["aud"] = []string{} }, ReasonAudience},
	{"audience list with a number", func(s *scene) { s.claims["aud"] = []any{clientID, 1} }, ReasonAudience},
	{"several audiences, no azp", func(s *scene) { s.claims["aud"] = []string{clientID, "other"} }, ReasonAuthorizedParty},
	{"several audiences, azp of another", func(s *scene) { s.claims["aud"] = []string{clientID, "other"}; s.claims["azp"] = "other" }, ReasonAuthorizedParty},
	{"one audience, azp of another", func(s *scene) { s.claims["azp"] = "other" }, ReasonAuthorizedParty},
	{"azp is a number", func(s *scene) { s.claims["azp"] = 1 }, ReasonAuthorizedParty},
	{"another issuer", func(s *scene) { s.claims["iss"] = "https://evil.test" }, ReasonIssuer},
	{"issuer with a trailing slash", func(s *scene) { s.claims["iss"] = s.URL + "/" }, ReasonIssuer},
	{"no issuer", func(s *scene) { s.claims["iss"] = absent }, ReasonIssuer},
	{"issuer null", func(s *scene) { s.claims["iss"] = nil }, ReasonIssuer},
	{"no nonce", func(s *scene) { s.claims["nonce"] = absent }, ReasonNonce},
	{"empty nonce", func(s *scene) { s.claims["nonce"] = "" }, ReasonNonce},
	{"another nonce", func(s *scene) { s.claims["nonce"] = "of another sign-in" }, ReasonNonce},
	{"nonce as a list", func(s *scene) { s.claims["nonce"] = []string{"x"} }, ReasonTokenMalformed},
	{"at_hash of another token", func(s *scene) { s.claims["at_hash"] = "AAAAAAAAAAAAAAAAAAAAAA" }, ReasonAccessTokenHash},
	{"at_hash empty", func(s *scene) { s.claims["at_hash"] = "" }, ReasonAccessTokenHash},
	{"empty sub", func(s *scene) { s.claims["sub"] = "" }, ReasonSubject},
	{"blank sub", func(s *scene) { s.claims["sub"] = "   " }, ReasonSubject},
	{"no sub", func(s *scene) { s.claims["sub"] = absent }, ReasonSubject},
	{"sub is a number", func(s *scene) { s.claims["sub"] = 17 }, ReasonTokenMalformed},
	{"huge sub", func(s *scene) { s.claims["sub"] = strings.Repeat("x", 256) }, ReasonSubject},
	{"sub with a line break", func(s *scene) { s.claims["sub"] = "00u1\nadmin" }, ReasonSubject},
	{"sub that turns the writing", func(s *scene) { s.claims["sub"] = "00u1\u202eada" }, ReasonSubject},
	{"subject claim missing", func(s *scene) { s.config(func(c *Config) { c.SubjectClaim = "oid" }) }, ReasonSubject},
	{"subject claim is a list", func(s *scene) {
		s.config(func(c *Config) { c.SubjectClaim = "oid" })
		s.claims["oid"] = []string{"a"}
	}, ReasonSubject},
	{"max_age without auth_time", func(s *scene) { s.authParam("max_age", "600") }, ReasonAuthTime},
	{"signed in too long ago", func(s *scene) {
		s.authParam("max_age", "600")
		s.claims["auth_time"] = start.Add(-700 * time.Second).Unix()
	}, ReasonAuthTime},
	{"not signed in anew", func(s *scene) {
		s.flow.Fresh = true
		s.claims["auth_time"] = start.Add(-2 * time.Minute).Unix()
	}, ReasonAuthTime},
	{"asked anew, and not said when", func(s *scene) { s.flow.Fresh = true }, ReasonAuthTime},
	{"another hosted domain", func(s *scene) { s.authParam("hd", "acme.test"); s.claims["hd"] = "evil.test" }, ReasonHostedDomain},
	{"no hosted domain", func(s *scene) { s.authParam("hd", "acme.test") }, ReasonHostedDomain},
	{"a private account with any hosted domain", func(s *scene) { s.authParam("hd", "*") }, ReasonHostedDomain},

	// Groups that are no list of names.
	{"groups as object", func(s *scene) { s.claims["groups"] = object{"admins": true} }, ReasonGroupsMalformed},
	{"groups as number", func(s *scene) { s.claims["groups"] = 7 }, ReasonGroupsMalformed},
	{"groups as true", func(s *scene) { s.claims["groups"] = true }, ReasonGroupsMalformed},
	{"groups as text", func(s *scene) { s.claims["groups"] = "admins" }, ReasonGroupsMalformed},
	{"groups in groups", func(s *scene) { s.claims["groups"] = []any{"eng", []string{"admins"}} }, ReasonGroupsMalformed},
	{"a null in groups", func(s *scene) { s.claims["groups"] = []any{"eng", nil} }, ReasonGroupsMalformed},
	{"a number in groups", func(s *scene) { s.claims["groups"] = []any{"eng", 1} }, ReasonGroupsMalformed},
	{"an empty name in groups", func(s *scene) { s.claims["groups"] = []any{""} }, ReasonGroupsMalformed},
	{"a line break in a group", func(s *scene) { s.claims["groups"] = []any{"eng\nadmins"} }, ReasonGroupsMalformed},
	{"groups without end", func(s *scene) { s.claims["groups"] = strings.Split(strings.Repeat("g,", maxGroups+1), ",") }, ReasonGroupsMalformed},
	{"claim names without source", func(s *scene) { s.claims["_claim_names"] = object{"groups": "src1"} }, ReasonTokenMalformed},

	// Userinfo.
	{"userinfo about another person", func(s *scene) { delete(s.claims, "groups"); s.userinfo["sub"] = "root" }, ReasonUserInfoSubject},
	{"userinfo about nobody", func(s *scene) { s.always(); delete(s.userinfo, "sub") }, ReasonUserInfo},
	{"userinfo that refuses", func(s *scene) { s.always(); s.answer["/userinfo"] = status(401, "text/plain", accessToken) }, ReasonUserInfo},
	{"userinfo that is HTML", func(s *scene) { s.always(); s.answer["/userinfo"] = status(200, "text/html", "<html>") }, ReasonUserInfo},
	{"userinfo that is down", func(s *scene) { s.always(); s.answer["/userinfo"] = status(500, "text/html", "") }, idp.ReasonUnreachable},
	{"userinfo that leads elsewhere", func(s *scene) { s.always(); s.answer["/userinfo"] = leadTo("/evil") }, ReasonUserInfo},
	{"userinfo with sub twice", func(s *scene) {
		delete(s.claims, "groups")
		s.answer["/userinfo"] = status(200, "application/json", `{"sub":"root","sub":"00u1","groups":["admins"]}`)
	}, ReasonDuplicateMember},
	{"userinfo with groups as number", func(s *scene) { delete(s.claims, "groups"); s.userinfo["groups"] = 1 }, ReasonGroupsMalformed},
	{"userinfo signed by a stranger", func(s *scene) {
		delete(s.claims, "groups")
		s.answer["/userinfo"] = status(200, "application/jwt", jws(s.header, []byte(`{"sub":"00u1","groups":["admins"]}`), otherRSA()))
	}, ReasonSignature},
	{"userinfo for another application", func(s *scene) {
		s.always()
		s.answer["/userinfo"] = status(200, "application/jwt", jws(s.header, []byte(`{"sub":"00u1","aud":"other"}`), rsaKey()))
	}, ReasonAudience},
	{"userinfo asked of a provider that has none", func(s *scene) { s.always(); delete(s.discovery, "userinfo_endpoint") }, idp.ReasonConfiguration},

	// The browser's way back.
	{"no state", func(s *scene) { s.params(func(q url.Values) { q.Del("state") }) }, ReasonState},
	{"empty state", func(s *scene) { s.params(func(q url.Values) { q.Set("state", "") }) }, ReasonState},
	{"empty state against an empty flow", func(s *scene) {
		s.params(func(q url.Values) { q.Set("state", "") })
		s.after(func(f *Flow) { *f = Flow{} })
	}, ReasonState},
	{"state of another browser", func(s *scene) { s.params(func(q url.Values) { q.Set("state", strings.Repeat("x", 43)) }) }, ReasonState},
	{"state twice", func(s *scene) { s.params(func(q url.Values) { q.Add("state", q.Get("state")) }) }, ReasonCallback},
	{"code twice", func(s *scene) { s.params(func(q url.Values) { q.Add("code", "other") }) }, ReasonCallback},
	{"no code", func(s *scene) { s.params(func(q url.Values) { q.Del("code") }) }, ReasonCallback},
	{"code without end", func(s *scene) { s.params(func(q url.Values) { q.Set("code", strings.Repeat("x", parameterLimit+1)) }) }, ReasonCallback},
	{"error without state", func(s *scene) {
		s.params(func(q url.Values) { q.Del("state"); q.Set("error", "access_denied") })
	}, ReasonState},
	{"answer of another issuer", func(s *scene) { s.params(func(q url.Values) { q.Set("iss", "https://evil.test") }) }, ReasonIssuerParameter},
	{"issuer with a slash in the answer", func(s *scene) { s.params(func(q url.Values) { q.Set("iss", s.URL+"/") }) }, ReasonIssuerParameter},
	{"promised issuer missing from the answer", func(s *scene) { s.discovery["authorization_response_iss_parameter_supported"] = true }, ReasonIssuerParameter},
	{"error of another issuer", func(s *scene) {
		s.params(func(q url.Values) { q.Set("iss", "https://evil.test"); q.Set("error", "access_denied") })
	}, ReasonIssuerParameter},
	{"connection changed underway", func(s *scene) { s.after(func(f *Flow) { f.Issuer = "https://old.test" }) }, ReasonFlow},
	{"client changed underway", func(s *scene) { s.after(func(f *Flow) { f.ClientID = "old" }) }, ReasonFlow},
	{"address changed underway", func(s *scene) { s.after(func(f *Flow) { f.Redirect = "https://old.test/cb" }) }, ReasonFlow},
	{"flow without nonce", func(s *scene) { s.after(func(f *Flow) { f.Nonce = "" }) }, ReasonFlow},
	{"flow of yesterday", func(s *scene) { s.after(func(f *Flow) { f.Started = start.Add(-time.Hour) }) }, ReasonFlowExpired},
	{"flow of tomorrow", func(s *scene) { s.after(func(f *Flow) { f.Started = start.Add(time.Hour) }) }, ReasonFlowExpired},
	{"access denied", func(s *scene) { s.fails("access_denied") }, ReasonAccessDenied},
	{"login required", func(s *scene) { s.fails("login_required") }, ReasonInteraction},
	{"invalid scope", func(s *scene) { s.fails("invalid_scope") }, idp.ReasonConfiguration},
	{"unauthorized client", func(s *scene) { s.fails("unauthorized_client") }, idp.ReasonConfiguration},
	{"invalid request", func(s *scene) { s.fails("invalid_request") }, ReasonProviderError},
	{"server error", func(s *scene) { s.fails("server_error") }, idp.ReasonUnreachable},
	{"an error that nobody knows", func(s *scene) { s.fails("<script>alert(1)</script>") }, ReasonProviderError},

	// The token endpoint.
	{"code used twice", func(s *scene) { s.grant(400, "invalid_grant") }, ReasonCode},
	{"wrong client secret", func(s *scene) { s.grant(401, "invalid_client") }, idp.ReasonConfiguration},
	{"401 without words", func(s *scene) { s.answer["/token"] = status(401, "text/plain", "") }, idp.ReasonConfiguration},
	{"grant not allowed", func(s *scene) { s.grant(400, "unauthorized_client") }, idp.ReasonConfiguration},
	{"scope not allowed", func(s *scene) { s.grant(400, "invalid_scope") }, idp.ReasonConfiguration},
	{"error with status 200", func(s *scene) { s.grant(200, "invalid_grant") }, ReasonCode},
	{"another error", func(s *scene) { s.grant(400, "invalid_target") }, ReasonProviderError},
	{"the provider echoes secrets", func(s *scene) {
		s.answer["/token"] = func(w http.ResponseWriter, r *http.Request) {
			_ = r.ParseForm()
			_, secret, _ := r.BasicAuth()
			w.Header().Set("Content-Type", "application/json")
			w.WriteHeader(400)
			reply200(w, object{"error": "x" + r.PostForm.Get("code"), "error_description": fmt.Sprint(secret, " ", r.PostForm, " ", s.idToken())})
		}
	}, ReasonProviderError},
	{"token endpoint sends HTML", func(s *scene) { s.answer["/token"] = status(200, "text/html", "<html>eyJ") }, ReasonTokenResponse},
	{"token endpoint sends an error page", func(s *scene) { s.answer["/token"] = status(404, "text/html", "<html>eyJ") }, ReasonTokenResponse},
	{"token endpoint is down", func(s *scene) { s.answer["/token"] = status(500, "text/html", "<html>") }, idp.ReasonUnreachable},
	{"token endpoint has had enough", func(s *scene) { s.answer["/token"] = status(429, "text/html", "") }, idp.ReasonUnreachable},
	{"token endpoint leads elsewhere", func(s *scene) { s.answer["/token"] = leadTo("/evil") }, ReasonTokenResponse},
	{"token endpoint without end", func(s *scene) {
		s.answer["/token"] = status(200, "application/json", `{"x":"`+strings.Repeat("x", 2<<20)+`"}`)
	}, ReasonTokenResponse},
	{"no access token", func(s *scene) { s.response["access_token"] = nil }, ReasonTokenResponse},
	{"no ID token", func(s *scene) { s.response["id_token"] = nil }, ReasonTokenResponse},
	{"ID token is a number", func(s *scene) { s.response["id_token"] = 7 }, ReasonTokenResponse},
	{"another type of token", func(s *scene) { s.response["token_type"] = "DPoP" }, ReasonTokenResponse},
	{"no type of token", func(s *scene) { s.response["token_type"] = nil }, ReasonTokenResponse},

	// Discovery.
	{"discovery of another issuer", func(s *scene) { s.discovery["issuer"] = "https://evil.test" }, idp.ReasonConfiguration},
	{"discovery with a trailing slash", func(s *scene) { s.discovery["issuer"] = s.URL + "/" }, idp.ReasonConfiguration},
	{"discovery that is HTML", func(s *scene) { s.discover(status(200, "text/html", "<html>")) }, idp.ReasonConfiguration},
	{"discovery with issuer twice", func(s *scene) { s.discover(status(200, "application/json", `{"issuer":"a","issuer":"b"}`)) }, idp.ReasonConfiguration},
	{"discovery with Issuer as well", func(s *scene) { s.discovery["Issuer"] = "https://evil.test" }, idp.ReasonConfiguration},
	{"discovery with a number for an endpoint", func(s *scene) { s.discovery["token_endpoint"] = 1 }, idp.ReasonConfiguration},
	{"discovery without end", func(s *scene) {
		s.discover(status(200, "application/json", strings.Repeat(" ", documentLimit+1)))
	}, idp.ReasonConfiguration},
	{"discovery that leads elsewhere", func(s *scene) { s.discover(leadTo("/evil")) }, idp.ReasonConfiguration},
	{"no discovery", func(s *scene) { s.discover(status(404, "text/plain", "")) }, idp.ReasonConfiguration},
	{"discovery down", func(s *scene) { s.discover(status(502, "text/plain", "")) }, idp.ReasonUnreachable},
	{"token endpoint by http", func(s *scene) { s.discovery["token_endpoint"] = "http://evil.test/token" }, idp.ReasonConfiguration},
	{"keys by http", func(s *scene) { s.discovery["jwks_uri"] = "http://evil.test/keys" }, idp.ReasonConfiguration},
	{"keys from a file", func(s *scene) { s.discovery["jwks_uri"] = "file:///etc/passwd" }, idp.ReasonConfiguration},
	{"endpoint with a password", func(s *scene) { s.discovery["userinfo_endpoint"] = "https://a:b@evil.test/" }, idp.ReasonConfiguration},
	{"sign-in page that is a script", func(s *scene) { s.discovery["authorization_endpoint"] = "javascript:alert(1)" }, idp.ReasonConfiguration},
	{"no keys named", func(s *scene) { delete(s.discovery, "jwks_uri") }, idp.ReasonConfiguration},
	{"no sign-in page", func(s *scene) { delete(s.discovery, "authorization_endpoint") }, idp.ReasonConfiguration},
	{"nobody there", func(s *scene) { s.Close() }, idp.ReasonUnreachable},
}

// TestHostileSignInsAreRefused ensures that each of them is refused with its stable reason, without a panic, and without
// telling a secret.
func TestHostileSignInsAreRefused(t *testing.T) {
	names := map[string]bool{}
	for _, c := range hostile {
		if names[c.name] {
			t.Errorf("two cases are called %q", c.name)
		}
		names[c.name] = true
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := newScene(t)
			c.change(s)
			claims, _, err := s.signIn()
			mustReason(t, err, c.reason)
			if claims != nil {
				t.Fatal("claims came with the refusal")
			}
			if s.count("/evil") != 0 {
				t.Fatal("an address was followed that only the attacker named")
			}
		})
	}
	if len(hostile) < 60 {
		t.Errorf("only %d cases", len(hostile))
	}
}

func (s *scene) always() { s.cfg.UserInfo = UserInfoAlways }

func (s *scene) authParam(name, value string) { s.cfg.AuthParams = map[string]string{name: value} }

func (s *scene) discover(f http.HandlerFunc) { s.answer["/.well-known/openid-configuration"] = f }

func (s *scene) fails(code string) {
	s.params(func(q url.Values) {
		q.Del("code")
		q.Set("error", code)
		q.Set("error_description", "no\n<b>way</b>\u202e "+clientSecret+" "+q.Get("state"))
	})
}

func (s *scene) grant(code int, failure string) {
	s.answer["/token"] = func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(code)
		_ = json.NewEncoder(w).Encode(object{"error": failure, "error_description": "says " + clientSecret})
	}
}

func leadTo(path string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, path, http.StatusFound) }
}

// raw changes a token that would be right.
func (s *scene) raw(change func(string) string) {
	s.answer["/token"] = func(w http.ResponseWriter, _ *http.Request) {
		body := maps.Clone(s.response)
		body["id_token"] = change(s.idToken())
		reply200(w, body)
	}
}

// twice adds a second copy of a member to a payload that would be right.
func (s *scene) twice(member string) {
	s.answer["/token"] = func(w http.ResponseWriter, _ *http.Request) {
		payload := must(json.Marshal(s.claims))
		body := maps.Clone(s.response)
		body["id_token"] = jws(s.header, append(payload[:len(payload)-1], []byte(","+member+"}")...), s.signer)
		reply200(w, body)
	}
}

func swapPayload(t string) string {
	part := strings.Split(t, ".")
	part[1] = b64([]byte(`{"sub":"root"}`))
	return strings.Join(part, ".")
}

// rsaJustPKCS signs PKCS#1 v1.5 whatever the header says.
type rsaJustPKCS struct{}
