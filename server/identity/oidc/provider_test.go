package oidc

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/hmac"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"
)

// The keys of the tests: made once, RSA takes a while.
var (
	rsaKey   = sync.OnceValue(func() *rsa.PrivateKey { return must(rsa.GenerateKey(rand.Reader, 2048)) })
	otherRSA = sync.OnceValue(func() *rsa.PrivateKey { return must(rsa.GenerateKey(rand.Reader, 2048)) })
	weakRSA  = sync.OnceValue(func() *rsa.PrivateKey { return must(rsa.GenerateKey(rand.Reader, 1024)) })
	ecKey    = sync.OnceValue(func() *ecdsa.PrivateKey { return must(ecdsa.GenerateKey(elliptic.P256(), rand.Reader)) })
	edKey    = sync.OnceValue(func() ed25519.PrivateKey { _, k, _ := ed25519.GenerateKey(rand.Reader); return k })
)

func must[T any](value T, err error) T {
	if err != nil {
		panic(err)
	}
	return value
}

var b64 = base64.RawURLEncoding.EncodeToString

// object is a JSON object.
type object = map[string]any

// jws signs by hand, so that wrong tokens can be made as well as right ones. key is a private key, bytes for HMAC, or nil.
func jws(header object, payload []byte, key any) string {
	input := b64(must(json.Marshal(header))) + "." + b64(payload)
	return input + "." + b64(signBytes(fmt.Sprint(header["alg"]), []byte(input), key))
}

func signBytes(alg string, input []byte, key any) []byte {
	digest := sha256.Sum256(input)
	switch k := key.(type) {
	case *rsa.PrivateKey:
		if alg == "PS256" {
			return must(rsa.SignPSS(rand.Reader, k, crypto.SHA256, digest[:], &rsa.PSSOptions{SaltLength: rsa.PSSSaltLengthEqualsHash}))
		}
		return must(rsa.SignPKCS1v15(rand.Reader, k, crypto.SHA256, digest[:]))
	case rsaJustPKCS:
		return must(rsa.SignPKCS1v15(rand.Reader, rsaKey(), crypto.SHA256, digest[:]))
	case *ecdsa.PrivateKey:
		r, s, err := ecdsa.Sign(rand.Reader, k, digest[:])
		return append(must(r, err).FillBytes(make([]byte, 32)), s.FillBytes(make([]byte, 32))...)
	case ed25519.PrivateKey:
		return ed25519.Sign(k, input)
	case []byte:
		mac := hmac.New(sha256.New, k)
		mac.Write(input)
		return mac.Sum(nil)
	}
	return nil
}

func rsaJWK(kid string, k *rsa.PublicKey) object {
	return object{"kty": "RSA", "kid": kid, "use": "sig", "n": b64(k.N.Bytes()), "e": "AQAB"}
}

func ecJWK(kid string, k *ecdsa.PublicKey) object {
	point := must(k.Bytes())[1:]
	return object{"kty": "EC", "kid": kid, "crv": "P-256", "x": b64(point[:32]), "y": b64(point[32:])}
}

func edJWK(kid string, k ed25519.PrivateKey) object {
	return object{"kty": "OKP", "kid": kid, "crv": "Ed25519", "x": b64(k.Public().(ed25519.PublicKey))}
}

// provider is an identity provider that says whatever a test wants it to.
type provider struct {
	*httptest.Server
	mu   sync.Mutex
	hits map[string]int
	form map[string]string // what the token endpoint was last sent

	discovery  object
	keys       []object
	rawKeys    string // instead of keys
	header     object // of the ID token
	signer     any
	claims     object // of the ID token
	rawPayload string // instead of claims
	rawToken   string // instead of all of them
	response   object // of the token endpoint
	userinfo   object
	answer     map[string]http.HandlerFunc // instead of what stands above, by path
}

const (
	clientID     = "ambit"
	clientSecret = "client-secret-zVqXw81"
	accessToken  = "access-token-Jk28sLpQ"
	refreshToken = "refresh-token-93kdPwmN"
	theCode      = "code-7sKq02mXv"
	redirect     = "https://ambit.acme.test/sso/okta/callback"
)

var start = time.Date(2026, 11, 26, 9, 0, 0, 0, time.UTC)

func newProvider(t testing.TB) *provider {
	t.Helper()
	h := &provider{hits: map[string]int{}, form: map[string]string{}, answer: map[string]http.HandlerFunc{}}
	h.Server = httptest.NewServer(http.HandlerFunc(h.serve))
	t.Cleanup(h.Close)
	h.discovery = object{
		"issuer": h.URL, "authorization_endpoint": h.URL + "/authorize", "token_endpoint": h.URL + "/token",
		"userinfo_endpoint": h.URL + "/userinfo", "jwks_uri": h.URL + "/jwks", "end_session_endpoint": h.URL + "/logout",
		"id_token_signing_alg_values_supported": []string{"RS256", "PS256", "ES256", "EdDSA", "HS256"}, "response_types_supported": []string{"code"},
		"code_challenge_methods_supported": []string{"S256"}, "token_endpoint_auth_methods_supported": []string{"client_secret_basic"},
		"backchannel_logout_supported": true, "backchannel_logout_session_supported": true,
	}
	h.keys = []object{rsaJWK("k1", &rsaKey().PublicKey)}
	h.header, h.signer = object{"alg": "RS256", "kid": "k1", "typ": "JWT"}, rsaKey()
	h.claims = object{
		"iss": h.URL, "sub": "00u1", "aud": clientID, "exp": start.Add(5 * time.Minute).Unix(), "iat": start.Unix(), "sid": "s1",
		"email": "Ada@acme.test", "email_verified": true, "name": "Ada", "groups": []string{"eng"},
	}
	h.response = object{"access_token": accessToken, "token_type": "Bearer", "expires_in": 300, "refresh_token": refreshToken}
	h.userinfo = object{"sub": "00u1", "email": "ada@acme.test", "email_verified": true}
	return h
}

func (h *provider) serve(w http.ResponseWriter, r *http.Request) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.hits[r.URL.Path]++
	w.Header().Set("Date", start.Format(http.TimeFormat))
	if f := h.answer[r.URL.Path]; f != nil {
		f(w, r)
		return
	}
	switch r.URL.Path {
	case "/.well-known/openid-configuration":
		reply200(w, h.discovery)
	case "/jwks":
		if h.rawKeys != "" {
			fmt.Fprint(w, h.rawKeys)
			return
		}
		reply200(w, object{"keys": h.keys})
	case "/token":
		_ = r.ParseForm()
		for name := range r.PostForm {
			h.form[name] = r.PostForm.Get(name)
		}
		body := maps.Clone(h.response)
		if _, set := body["id_token"]; !set {
			body["id_token"] = h.idToken()
		}
		maps.DeleteFunc(body, func(_ string, v any) bool { return v == nil })
		reply200(w, body)
	case "/userinfo":
		if r.Header.Get("Authorization") != "Bearer "+accessToken {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		reply200(w, h.userinfo)
	default:
		w.WriteHeader(http.StatusNotFound)
	}
}

func (h *provider) idToken() string {
	switch {
	case h.rawToken != "":
		return h.rawToken
	case h.rawPayload != "":
		return jws(h.header, []byte(h.rawPayload), h.signer)
	}
	claims := maps.Clone(h.claims)
	maps.DeleteFunc(claims, func(_ string, v any) bool { return v == absent })
	return jws(h.header, must(json.Marshal(claims)), h.signer)
}

// absent takes a member out of what is sent; nil would send null.
var absent = new(struct{ _ int })

func (h *provider) count(path string) int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.hits[path]
}

func reply200(w http.ResponseWriter, body any) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(body)
}

func status(code int, contentType, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", contentType)
		w.WriteHeader(code)
		fmt.Fprint(w, body)
	}
}
