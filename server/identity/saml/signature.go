package saml

import (
	"crypto/x509"
	"errors"
	"time"

	"github.com/beevik/etree"
	dsig "github.com/russellhaering/goxmldsig"
	"github.com/russellhaering/goxmldsig/etreeutils"

	"ambit/server/identity/idp"
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
