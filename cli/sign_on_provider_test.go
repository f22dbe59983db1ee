//go:build !client

package cli

import (
	"crypto/rand"
	"crypto/rsa"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"sync"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"
)

// openID is a well-behaved OpenID provider at which everybody is signed in as the person that the test names.
type openID struct {
	*httptest.Server
	t      *testing.T
	signer jose.Signer
	keys   jose.JSONWebKeySet

	mu      sync.Mutex
	claims  map[string]any        // of the ID token, besides the protocol's own
	codes   map[string]url.Values // authorization requests by code
	refused bool                  // refresh tokens count no longer
}

func newOpenID(t *testing.T) *openID {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.RS256, Key: jose.JSONWebKey{Key: key, KeyID: "k1"}}, (&jose.SignerOptions{}).WithType("JWT"))
	if err != nil {
		t.Fatal(err)
	}
	p := &openID{t: t, signer: signer, codes: map[string]url.Values{}}
	p.keys.Keys = []jose.JSONWebKey{{Key: key.Public(), KeyID: "k1", Algorithm: "RS256", Use: "sig"}}
	mux := http.NewServeMux()
	mux.HandleFunc("/.well-known/openid-configuration", p.discovery)
	mux.HandleFunc("/keys", func(w http.ResponseWriter, _ *http.Request) { p.send(w, p.keys) })
	mux.HandleFunc("/authorize", p.authorize)
	mux.HandleFunc("/token", p.token)
	p.Server = httptest.NewServer(mux)
	t.Cleanup(p.Close)
	return p
}

func (p *openID) send(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json")
	if err := json.NewEncoder(w).Encode(v); err != nil {
		p.t.Error(err)
	}
}

func (p *openID) discovery(w http.ResponseWriter, _ *http.Request) {
	p.send(w, map[string]any{
		"issuer": p.URL, "authorization_endpoint": p.URL + "/authorize", "token_endpoint": p.URL + "/token", "jwks_uri": p.URL + "/keys",
		"end_session_endpoint": p.URL + "/bye", "response_types_supported": []string{"code"}, "subject_types_supported": []string{"public"},
		"id_token_signing_alg_values_supported": []string{"RS256"}, "code_challenge_methods_supported": []string{"S256"},
		"scopes_supported": []string{"openid", "profile", "email", "offline_access"},
	})
}

// is says who is signed in at the provider from now on.
func (p *openID) is(sub, email string, groups ...string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.claims = map[string]any{"sub": sub, "email": email, "email_verified": true, "name": "Name of " + sub, "sid": "sid-" + sub, "groups": append([]string{}, groups...)}
}

func (p *openID) authorize(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	code := "code-" + r.FormValue("state")[:8]
	p.codes[code] = r.Form
	p.mu.Unlock()
	http.Redirect(w, r, r.FormValue("redirect_uri")+"?"+url.Values{"code": {code}, "state": {r.FormValue("state")}}.Encode(), http.StatusSeeOther)
}

func (p *openID) token(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	defer p.mu.Unlock()
	nonce := ""
	if r.FormValue("grant_type") == "refresh_token" {
		if p.refused {
			p.refuse(w)
			return
		}
	} else {
		asked, ok := p.codes[r.FormValue("code")]
		if !ok {
			p.refuse(w)
			return
		}
		delete(p.codes, r.FormValue("code"))
		nonce = asked.Get("nonce")
	}
	p.send(w, map[string]any{
		"access_token": "at", "token_type": "Bearer", "expires_in": 300, "refresh_token": "rt-" + time.Now().Format("150405.000000"),
		"id_token": p.sign(map[string]any{"nonce": nonce}),
	})
}

func (p *openID) refuse(w http.ResponseWriter) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(http.StatusBadRequest)
	p.send(w, map[string]string{"error": "invalid_grant"})
}

// sign makes an ID token of the current claims, changed by what is given; a nil member is left out. p.mu is held or nobody else
// is about.
func (p *openID) sign(change map[string]any) string {
	now := time.Now()
	claims := map[string]any{"iss": p.URL, "aud": "ambit", "iat": now.Unix(), "exp": now.Add(5 * time.Minute).Unix()}
	for _, set := range []map[string]any{p.claims, change} {
		for name, v := range set {
			if claims[name] = v; v == nil || v == "" {
				delete(claims, name)
			}
		}
	}
	text, err := jwt.Signed(p.signer).Claims(claims).Serialize()
	if err != nil {
		p.t.Error(err)
	}
	return text
}

// logoutToken makes a back-channel logout token.
func (p *openID) logoutToken(change map[string]any) string {
	signer := p.signer
	claims := map[string]any{
		"iss": p.URL, "aud": "ambit", "iat": time.Now().Unix(), "exp": time.Now().Add(2 * time.Minute).Unix(), "jti": "j-" + time.Now().Format("150405.000000000"),
		"events": map[string]any{"http://schemas.openid.net/event/backchannel-logout": map[string]any{}},
	}
	for name, v := range change {
		if claims[name] = v; v == nil {
			delete(claims, name)
		}
	}
	text, err := jwt.Signed(signer).Claims(claims).Serialize()
	if err != nil {
		p.t.Error(err)
	}
	return text
}
