package oidc

import (
	"context"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	jose "github.com/go-jose/go-jose/v4"
)

// keySet are a provider's public keys (RFC 7517). go-oidc's own RemoteKeySet fetches them anew for every token with a key
// ID that it doesn't know, without bound; this one is a document, with a gap between fetches.
type keySet struct {
	keys    []publicKey
	ignored []string // one sentence for each key that can't be used, for the admin
}

type publicKey struct {
	id  string
	alg string // "" where the key doesn't say
	key any    // any: *rsa.PublicKey, *ecdsa.PublicKey or ed25519.PublicKey
}

const maxKeys = 100

func (p *Provider) fetchKeys(ctx context.Context) (*keySet, error) {
	m, err := p.discovered(ctx)
	if err != nil {
		return nil, err
	}
	r, err := p.get(ctx, "provider's keys (jwks_uri)", m.JWKSURI, "")
	if err != nil {
		return nil, err
	}
	set, err := parseKeys(r.body)
	if err != nil {
		return nil, misconfigured("issuer", "what the provider sends as its keys is no key set ("+err.Error()+")", remedyProviderSettings).Because(err)
	}
	return set, nil
}

// parseKeys reads a key set. A key that can't be used is left out, so that one bad key doesn't lock everybody out.
func parseKeys(data []byte) (*keySet, error) {
	object, err := decodeObject(data)
	if err != nil {
		return nil, err
	}
	list, ok := object["keys"].([]any)
	if !ok {
		return nil, errors.New("it has no list of keys")
	}
	if len(list) > maxKeys {
		return nil, fmt.Errorf("it holds more than %d keys", maxKeys)
	}
	set := &keySet{}
	for _, item := range list {
		member, _ := item.(map[string]any)
		key, err := parseKey(member)
		switch {
		case errors.Is(err, errNotForSigning):
		case err != nil:
			id, _ := member["kid"].(string)
			set.ignored = append(set.ignored, fmt.Sprintf("key %q is not used: %s", clean(id, 60), err))
		default:
			set.keys = append(set.keys, key)
		}
	}
	return set, nil
}

var errNotForSigning = errors.New("not for signatures")

// parseKey reads one key. Only the members that make a public key reach the library: certificates beside it prove nothing here.
func parseKey(member map[string]any) (publicKey, error) {
	none := publicKey{}
	for _, private := range []string{"d", "p", "q", "dp", "dq", "qi", "oth", "priv"} {
		if _, ok := member[private]; ok {
			return none, errors.New("its private part is public")
		}
	}
	if member["kty"] == "oct" || member["k"] != nil {
		return none, errors.New("it is symmetric")
	}
	if use, ok := member["use"]; ok && use != "sig" {
		return none, errNotForSigning
	}
	if ops, ok := member["key_ops"].([]any); ok && !containsString(ops, "verify") {
		return none, errNotForSigning
	}
	public := map[string]any{}
	for _, name := range []string{"kty", "kid", "alg", "n", "e", "crv", "x", "y"} {
		if value, ok := member[name]; ok {
			public[name] = value
		}
	}
	data, err := json.Marshal(public)
	if err != nil {
		return none, errors.New("it is malformed")
	}
	var jwk jose.JSONWebKey
	if err := jwk.UnmarshalJSON(data); err != nil || !jwk.Valid() || !jwk.IsPublic() {
		return none, errors.New("it is malformed or of an unknown type")
	}
	if k, ok := jwk.Key.(*rsa.PublicKey); ok && (k.N.BitLen() < 2048 || k.N.BitLen() > 8192 || k.E < 3 || k.E%2 == 0) {
		return none, errors.New("an RSA key must have 2048 to 8192 bits")
	}
	return publicKey{id: jwk.KeyID, alg: jwk.Algorithm, key: jwk.Key}, nil
}

func containsString(list []any, want string) bool {
	for _, item := range list {
		if item == want {
			return true
		}
	}
	return false
}

// candidates are the keys that may have signed a token with this header. Without a key ID every key of the right type may have.
func (s *keySet) candidates(kid, alg string) []publicKey {
	var fit []publicKey
	for _, k := range s.keys {
		if (kid == "" || k.id == kid) && (k.alg == "" || k.alg == alg) && k.makes(alg) {
			fit = append(fit, k)
		}
	}
	return fit
}

// makes reports whether a key of this type makes signatures of this algorithm (RFC 7518 §3.1, RFC 8037).
func (k publicKey) makes(alg string) bool {
	switch key := k.key.(type) {
	case *rsa.PublicKey:
		return strings.HasPrefix(alg, "RS") || strings.HasPrefix(alg, "PS")
	case *ecdsa.PublicKey:
		return alg == map[string]string{"P-256": "ES256", "P-384": "ES384", "P-521": "ES512"}[key.Curve.Params().Name]
	case ed25519.PublicKey:
		return alg == "EdDSA"
	}
	return false
}
