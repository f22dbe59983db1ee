package saml

import (
	"crypto/x509"
	"encoding/asn1"
	"encoding/base64"
	"errors"
	"math/big"
	"strings"
	"time"

	"github.com/beevik/etree"
	dsig "github.com/russellhaering/goxmldsig"
	"github.com/russellhaering/goxmldsig/etreeutils"

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

// verify checks the enveloped signature of an element (a response or an assertion) and returns the element as signed: parsed
// from the very bytes that were digested, without the signature. Nothing else may be read afterwards. Keys come from
// certs only; KeyInfo is thrown away unread.
func verify(el *etree.Element, certs []*x509.Certificate, now time.Time) (*etree.Element, error) {
	detached, err := detach(el)
	if err != nil {
		return nil, err
	}
	sig := child(detached, nsSignature, "Signature")
	if err := signatureProfile(detached, sig); err != nil {
		return nil, err
	}
	claimed := claimedCertificate(sig)
	if info := child(sig, nsSignature, "KeyInfo"); info != nil {
		sig.RemoveChild(info)
	}
	// The enveloped-signature transform takes the signature out again, so where it stands is all the same; in front, the
	// library finds it before its budget for large documents runs out.
	detached.RemoveChild(sig)
	detached.InsertChildAt(0, sig)

	var expired *x509.Certificate
	for _, cert := range certs {
		valid := !now.Before(cert.NotBefore) && !now.After(cert.NotAfter)
		signed, err := verifyWith(detached, cert)
		switch {
		case err == nil && valid:
			return signed, nil
		case err == nil:
			expired = cert
		}
	}
	return nil, unverified(expired, claimed, certs)
}

func unverified(expired *x509.Certificate, claimed []byte, certs []*x509.Certificate) *idp.Refusal {
	if expired != nil {
		return idp.Refuse(reasonCertificate, "The response is signed with a certificate of the identity provider that is valid from "+
			day(expired.NotBefore)+" until "+day(expired.NotAfter)+" only.",
			"Renew the signing certificate at the identity provider, and take its new metadata here.").About("metadata")
	}
	listed := len(claimed) == 0
	for _, c := range certs {
		listed = listed || string(c.Raw) == string(claimed)
	}
	if !listed {
		return idp.Refuse(reasonSignature, "The response is signed with a certificate that the connection doesn't know.",
			"If the identity provider has a new signing certificate, fetch or paste its current metadata.").About("metadata")
	}
	return idp.Refuse(reasonSignature, "The signature of the response doesn't hold.",
		"Check that the connection has the identity provider's current metadata, and that nothing between it and here changes the response.").About("metadata")
}

// verifyWith lets goxmldsig verify against one key. The certificate's validity is the caller's question.
func verifyWith(el *etree.Element, cert *x509.Certificate) (*etree.Element, error) {
	ctx := dsig.NewDefaultValidationContext(&dsig.MemoryX509CertificateStore{Roots: []*x509.Certificate{cert}})
	ctx.IdAttribute = "ID"
	ctx.Clock = dsig.NewFakeClockAt(cert.NotBefore)
	signed, err := ctx.Validate(el)
	if err != nil {
		return nil, err
	}
	if signed == nil || signed.Tag != el.Tag || value(signed, "ID") != value(el, "ID") {
		return nil, errors.New("the signature covers another element")
	}
	return signed, nil
}

// detach copies an element with all namespaces that are in scope, as exclusive canonicalization sees it in its document.
func detach(el *etree.Element) (*etree.Element, error) {
	ctx := etreeutils.EmptyNSContext // without the default's budget: guard has bounded the document
	var err error
	var parents []*etree.Element
	for p := el.Parent(); p != nil && p.Tag != ""; p = p.Parent() {
		parents = append(parents, p)
	}
	for i := len(parents) - 1; i >= 0 && err == nil; i-- {
		ctx, err = ctx.SubContext(parents[i])
	}
	if err == nil {
		el, err = etreeutils.NSDetatch(ctx, el)
	}
	if err != nil {
		return nil, malformed(err)
	}
	return el, nil
}

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

// claimedCertificate is the certificate that KeyInfo names, for a better message only.
func claimedCertificate(sig *etree.Element) []byte {
	el := sig
	for _, tag := range []string{"KeyInfo", "X509Data", "X509Certificate"} {
		if el = child(el, nsSignature, tag); el == nil {
			return nil
		}
	}
	raw, err := base64Strict([]byte(el.Text()))
	if err != nil {
		return nil
	}
	return raw
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
