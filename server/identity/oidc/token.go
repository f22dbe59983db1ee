package oidc

import (
	"encoding/base64"
	"errors"
	"slices"
	"strings"

	"ambit/server/identity/idp"
)

// header is what of a token's header is used (RFC 7515 §4). jku, jwk, x5u and x5c are never read: whoever made the token
// would choose the key that it is checked with.
type header struct {
	alg, kid, typ string
}

// parseHeader reads the header of a token in compact form, and refuses what isn't a plain signed token by an allowed
// algorithm. Nothing is trusted yet: the signature comes after.
func parseHeader(raw string, allowed []string) (header, error) {
	none := header{}
	if raw == "" || len(raw) > tokenLimit {
		return none, malformed("the token is missing or larger than 128 KiB", nil)
	}
	switch strings.Count(raw, ".") {
	case 2:
	case 4:
		return none, idp.Refuse(ReasonTokenEncrypted, "the token is encrypted", "Switch encryption of ID tokens off at the identity provider; they travel by TLS only.")
	default:
		return none, malformed("the token is not a signed token (JWS)", nil)
	}
	first, _, _ := strings.Cut(raw, ".")
	data, err := base64.RawURLEncoding.Strict().DecodeString(first)
	if err != nil {
		return none, malformed("the token's header is not base64url", nil)
	}
	object, err := decodeObject(data)
	if err != nil {
		return none, badObject("header", err)
	}
	for _, name := range []string{"crit", "b64", "zip"} {
		if _, ok := object[name]; ok {
			return none, idp.Refuse(ReasonCriticalHeader, "the token's header demands an extension that Ambit doesn't know", remedyAskAdmin)
		}
	}
	if _, ok := object["enc"]; ok {
		return none, idp.Refuse(ReasonTokenEncrypted, "the token is encrypted", "Switch encryption of ID tokens off at the identity provider.")
	}
	h := header{}
	for name, field := range map[string]*string{"alg": &h.alg, "kid": &h.kid, "typ": &h.typ} {
		value, present := object[name]
		if *field, _ = value.(string); present && *field == "" {
			return none, malformed("the token's header has a "+name+" that is empty or no string", nil)
		}
	}
	if !slices.Contains(allowed, h.alg) {
		return none, idp.Refuse(ReasonAlgorithm, "the token is signed by an algorithm that isn't allowed ("+clean(h.alg, 20)+")",
			"Let the identity provider sign with RS256 or ES256, or add its algorithm to the connection's algorithms.").About("algorithms")
	}
	return h, nil
}

// badObject is for a token part that is no proper JSON object.
func badObject(part string, err error) *idp.Refusal {
	if errors.Is(err, errDuplicate) {
		return idp.Refuse(ReasonDuplicateMember, "the token's "+part+" is ambiguous: "+err.Error(), remedyAskAdmin)
	}
	return malformed("the token's "+part+" is malformed: "+err.Error(), nil)
}

// mediaType normalises a typ header: RFC 7515 §4.1.9 lets "application/" be left out, and case doesn't count.
func mediaType(typ string) string {
	return strings.TrimPrefix(strings.ToLower(typ), "application/")
}
