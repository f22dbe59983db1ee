package saml

import (
	"encoding/asn1"
	"encoding/base64"
	"errors"
	"math/big"
	"strings"

	"github.com/beevik/etree"
	dsig "github.com/russellhaering/goxmldsig"

	"ambit/server/identity/idp"
)

// Algorithms that are accepted in signatures. SHA-1 and MD5 are broken; an HMAC's key would be the public certificate.
var (
	signatureMethods = map[string]bool{
		dsig.RSASHA256SignatureMethod: true, dsig.RSASHA384SignatureMethod: true, dsig.RSASHA512SignatureMethod: true,
		dsig.ECDSASHA256SignatureMethod: true, dsig.ECDSASHA384SignatureMethod: true, dsig.ECDSASHA512SignatureMethod: true,
	}
	digestMethods = map[string]bool{
		"http://www.w3.org/2001/04/xmlenc#sha256":       true,
		"http://www.w3.org/2001/04/xmldsig-more#sha384": true,
		"http://www.w3.org/2001/04/xmlenc#sha512":       true,
	}
)

// signatureProfile accepts one form of signature only (SAML core §5.4): exclusive canonicalization, one reference, to the
// element that holds the signature, by its ID; the two transforms enveloped-signature and exclusive canonicalization.
func signatureProfile(el, sig *etree.Element) error {
	if err := shape(sig, part{nsSignature, "SignedInfo", 1, 1}, part{nsSignature, "SignatureValue", 1, 1}, part{nsSignature, "KeyInfo", 0, 1}); err != nil {
		return profile(err)
	}
	info := child(sig, nsSignature, "SignedInfo")
	err := shape(info, part{nsSignature, "CanonicalizationMethod", 1, 1}, part{nsSignature, "SignatureMethod", 1, 1}, part{nsSignature, "Reference", 1, 1})
	if err != nil {
		return profile(err)
	}
	if err := exclusive(child(info, nsSignature, "CanonicalizationMethod")); err != nil {
		return err
	}
	method := child(info, nsSignature, "SignatureMethod")
	if err := shape(method); err != nil {
		return profile(err)
	}
	if !signatureMethods[value(method, "Algorithm")] {
		return algorithm("signature method", value(method, "Algorithm"), "RSA or ECDSA with SHA-256")
	}
	if err := referenceProfile(el, child(info, nsSignature, "Reference")); err != nil {
		return err
	}
	return normalise(child(sig, nsSignature, "SignatureValue"), value(method, "Algorithm"))
}

func referenceProfile(el, ref *etree.Element) error {
	err := shape(ref, part{nsSignature, "Transforms", 1, 1}, part{nsSignature, "DigestMethod", 1, 1}, part{nsSignature, "DigestValue", 1, 1})
	if err != nil {
		return profile(err)
	}
	id := value(el, "ID")
	if target, ok := attribute(ref, "URI"); id == "" || !ok || target != "#"+id {
		return profile(errors.New("it doesn't refer to the element that holds it"))
	}
	transforms := child(ref, nsSignature, "Transforms")
	if err := shape(transforms, part{nsSignature, "Transform", 2, 2}); err != nil {
		return idp.Refuse(reasonAlgorithm, "The signature transforms the response in other ways than are accepted.",
			"Let the identity provider sign with the transforms enveloped-signature and exclusive canonicalization, and no others.").Because(err)
	}
	list := children(transforms, nsSignature, "Transform")
	if first := value(list[0], "Algorithm"); first != string(dsig.EnvelopedSignatureAltorithmId) {
		return algorithm("transform", first, "enveloped-signature followed by exclusive canonicalization")
	}
	if err := shape(list[0]); err != nil {
		return profile(err)
	}
	if err := exclusive(list[1]); err != nil {
		return err
	}
	digest := child(ref, nsSignature, "DigestMethod")
	if err := shape(digest); err != nil {
		return profile(err)
	}
	if !digestMethods[value(digest, "Algorithm")] {
		return algorithm("digest method", value(digest, "Algorithm"), "SHA-256")
	}
	d, err := text(child(ref, nsSignature, "DigestValue"))
	if err != nil {
		return profile(err)
	}
	if raw, err := base64Strict([]byte(d)); err != nil || len(raw) < 32 {
		return profile(errors.New("its digest can't be read"))
	}
	return nil
}

// exclusive accepts exclusive canonicalization without comments, which may name prefixes to keep.
func exclusive(el *etree.Element) error {
	if a := value(el, "Algorithm"); a != string(dsig.CanonicalXML10ExclusiveAlgorithmId) {
		return algorithm("canonicalization", a, "exclusive canonicalization without comments (xml-exc-c14n#)")
	}
	if err := shape(el, part{nsExclusive, "InclusiveNamespaces", 0, 1}); err != nil {
		return profile(err)
	}
	return nil
}

// normalise brings the signature's value, which is not itself signed, into the one form that the library reads: no
// indentation, and ECDSA as ASN.1, where the standard has the two numbers side by side (RFC 4050 §3.3). Loose base64 is refused.
func normalise(el *etree.Element, method string) error {
	s, err := text(el)
	if err != nil {
		return profile(err)
	}
	raw, err := base64Strict([]byte(s))
	if err != nil || len(raw) == 0 {
		return profile(errors.New("its value is not base64"))
	}
	if half := len(raw) / 2; strings.Contains(method, "#ecdsa-") && (half == 32 || half == 48 || half == 66) && len(raw) == 2*half {
		raw, err = asn1.Marshal(struct{ R, S *big.Int }{new(big.Int).SetBytes(raw[:half]), new(big.Int).SetBytes(raw[half:])})
		if err != nil {
			return profile(err)
		}
	}
	el.SetText(base64.StdEncoding.EncodeToString(raw))
	return nil
}

func profile(cause error) *idp.Refusal {
	return idp.Refuse(reasonSignatureShape, "The signature has a form that is not accepted.",
		"Let the identity provider sign the whole response or the whole assertion, each with one reference to its ID.").Because(cause)
}

func algorithm(what, got, want string) *idp.Refusal {
	return idp.Refuse(reasonAlgorithm, "The signature uses a "+what+" that is not accepted ("+shortURI(got)+").",
		"Set the identity provider to "+want+".")
}

// shortURI is the telling end of an algorithm's identifier, safe to show.
func shortURI(s string) string {
	for i := len(s) - 1; i >= 0; i-- {
		c := s[i]
		if !(c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '-' || c == '_' || c == '.') {
			s = s[i+1:]
			break
		}
	}
	if s == "" {
		return "unnamed"
	}
	return s[:min(len(s), 40)]
}
