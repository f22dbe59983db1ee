package oidc

import (
	"context"

	jose "github.com/go-jose/go-jose/v4"

	"ambit/server/identity/idp"
)

// signature checks the signature of one token for go-oidc, whose KeySet interface it implements. It remembers what it
// found, because the library turns a key set's errors into text.
type signature struct {
	provider *Provider
	header   header
	payload  []byte // once verified
	err      error
}

// VerifySignature finds the key, asking the provider for its keys anew where none fits: providers change their keys
// without notice (OpenID Connect Core §10.1.1).
func (s *signature) VerifySignature(ctx context.Context, raw string) ([]byte, error) {
	s.payload, s.err = s.verify(ctx, raw)
	return s.payload, s.err
}

func (s *signature) verify(ctx context.Context, raw string) ([]byte, error) {
	jws, err := jose.ParseSignedCompact(raw, []jose.SignatureAlgorithm{jose.SignatureAlgorithm(s.header.alg)})
	if err != nil {
		return nil, malformed("the token is not a signed token", nil)
	}
	keys, version, err := s.provider.keys.get(ctx)
	if err != nil {
		return nil, err
	}
	payload, known := keys.open(jws, s.header)
	if payload != nil {
		return payload, nil
	}
	renewed, newer, err := s.provider.keys.renew(ctx, version)
	if err != nil {
		return nil, err
	}
	if newer != version {
		if payload, known = renewed.open(jws, s.header); payload != nil {
			return payload, nil
		}
	}
	if known {
		return nil, idp.Refuse(ReasonSignature, "the token's signature is not the identity provider's", remedySignInAgain)
	}
	return nil, idp.Refuse(ReasonUnknownKey, "the token is signed by a key that the identity provider doesn't publish", "Try again in a few seconds: the provider may just have changed its keys.")
}

// open verifies with whichever key fits; known says whether one fits at all. A payload is never nil when verified.
func (s *keySet) open(jws *jose.JSONWebSignature, h header) (payload []byte, known bool) {
	fit := s.candidates(h.kid, h.alg)
	for _, k := range fit {
		if payload, err := jws.Verify(k.key); err == nil {
			return append([]byte{}, payload...), true
		}
	}
	return nil, len(fit) > 0
}

func malformed(message string, cause error) *idp.Refusal {
	return idp.Refuse(ReasonTokenMalformed, message, remedyAskAdmin).Because(cause)
}
