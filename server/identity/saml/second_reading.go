package saml

import (
	"crypto/rsa"
	"encoding/base64"
	"errors"
	"net/url"
	"time"

	"github.com/beevik/etree"
	crewjam "github.com/crewjam/saml"
	dsig "github.com/russellhaering/goxmldsig"

	"ambit/server/identity/idp"
)

// secondReading lets crewjam/saml read a response that our own reading accepted, and refuses it unless both see the same
// assertion about the same person. Attacks on SAML live on readers that disagree; and a check that the library gains, or
// that ours should lose one day, still counts.
func (p *Provider) secondReading(a *assertion, data []byte, flow *Flow, now time.Time) error {
	disagree := func(cause error) error {
		return idp.Refuse(reasonSecondReader, "The response can be read in more than one way.",
			"Let the identity provider send a plain SAML 2.0 Web Browser SSO response.").Because(cause)
	}
	acs, err := url.Parse(p.urls.ACS)
	if err != nil {
		return disagree(err)
	}
	sp := p.library(a.provider, *acs)
	sp.AllowIDPInitiated = flow == nil
	sp.Clock = dsig.NewFakeClockAt(libraryTime(a, now))
	sp.SignatureVerifier = verifier{certs: p.trusted(a.provider), now: now}
	var requests []string
	if flow != nil {
		requests = []string{flow.RequestID}
	}
	got, err := sp.ParseXMLResponse(data, requests, *acs)
	if err != nil {
		var private *crewjam.InvalidResponseError
		if errors.As(err, &private) {
			err = private.PrivateErr
		}
		return disagree(err)
	}
	id, err := text(child(child(a.el, nsAssertion, "Subject"), nsAssertion, "NameID"))
	if err != nil {
		return disagree(err)
	}
	if got.ID != a.id || got.Subject == nil || got.Subject.NameID == nil || got.Subject.NameID.Value != id {
		return disagree(errors.New("the library reads another assertion or person"))
	}
	return nil
}

// libraryTime is what the library takes for now: it allows 90 seconds from issue to arrival for the whole process, and we
// have judged time by the connection's own settings.
func libraryTime(a *assertion, now time.Time) time.Time {
	issued, err := instant(a.el, "IssueInstant")
	if err == nil && now.Sub(issued) > time.Minute {
		return issued.Add(time.Minute)
	}
	return now
}

// library sets crewjam/saml up for this connection, with every strictness that it offers.
func (p *Provider) library(md *provider, acs url.URL) *crewjam.ServiceProvider {
	sp := &crewjam.ServiceProvider{
		EntityID:                p.urls.EntityID,
		Key:                     p.keys.Current.Key,
		Certificate:             p.keys.Current.Certificate,
		AcsURL:                  acs,
		RejectSHA1Signatures:    true,
		RejectUnknownConditions: true,
		MetadataOmitValidUntil:  true,
		LimitRelayStateLength:   true,
	}
	if p.keys.Next != nil {
		sp.DecryptionKeys = []*rsa.PrivateKey{p.keys.Next.Key}
	}
	if md != nil {
		var keys []crewjam.KeyDescriptor
		for _, cert := range p.trusted(md) {
			keys = append(keys, keyDescriptor("signing", cert.Raw))
		}
		sp.IDPMetadata = &crewjam.EntityDescriptor{EntityID: md.entityID, IDPSSODescriptors: []crewjam.IDPSSODescriptor{{
			SSODescriptor: crewjam.SSODescriptor{RoleDescriptor: crewjam.RoleDescriptor{KeyDescriptors: keys}},
		}}}
	}
	return sp
}

func keyDescriptor(use string, der []byte) crewjam.KeyDescriptor {
	return crewjam.KeyDescriptor{Use: use, KeyInfo: crewjam.KeyInfo{X509Data: crewjam.X509Data{
		X509Certificates: []crewjam.X509Certificate{{Data: base64.StdEncoding.EncodeToString(der)}},
	}}}
}

// verifier gives the library our own rules for signatures.
type verifier struct {
	certs trusted
	now   time.Time
}

var _ crewjam.SignedElementVerifier = verifier{}

// VerifySignature implements crewjam.SignatureVerifier.
func (v verifier) VerifySignature(ctx *dsig.ValidationContext, el *etree.Element) error {
	_, err := v.VerifySignedElement(ctx, el)
	return err
}

// VerifySignedElement implements crewjam.SignedElementVerifier.
func (v verifier) VerifySignedElement(_ *dsig.ValidationContext, el *etree.Element) (*etree.Element, error) {
	return verify(el, v.certs, v.now)
}
