package saml

import (
	"crypto/x509"
	"slices"
	"time"

	"github.com/beevik/etree"

	"ambit/server/identity/idp"
)

// maxTransit bounds the time between the issuing of a response and its arrival, beside the tolerated difference of clocks.
// Browsers post it on at once.
const maxTransit = 5 * time.Minute

type trusted = []*x509.Certificate

func (p *Provider) trusted(md *provider) trusted {
	return append(slices.Clip(md.certificates), p.cfg.extra...)
}

// checkResponse asks what the response itself says (SAML core §3.2.2, profiles §4.1.4.2): version, issuer, destination, which
// request it answers, when it was issued, and whether the provider agrees.
func (p *Provider) checkResponse(md *provider, r *etree.Element, flow *Flow, now time.Time) error {
	if err := checkVersion(r); err != nil {
		return err
	}
	if err := checkIssuer(md, child(r, nsAssertion, "Issuer")); err != nil {
		return err
	}
	if d, ok := attribute(r, "Destination"); !ok || d != p.urls.ACS {
		return idp.Refuse(reasonDestination, "The response is addressed (Destination) to another service than this connection.",
			"Set the ACS (single sign-on, reply) address at the identity provider to exactly "+p.urls.ACS+".")
	}
	if err := checkInResponseTo(r, flow, p.cfg.AllowIDPInitiated); err != nil {
		return err
	}
	if err := p.checkIssued(r, now); err != nil {
		return err
	}
	return checkStatus(child(r, nsProtocol, "Status"))
}

func checkVersion(el *etree.Element) error {
	if value(el, "Version") != "2.0" {
		return idp.Refuse(reasonVersion, "The response is not SAML 2.0.", "Set up a SAML 2.0 application at the identity provider.")
	}
	if value(el, "ID") == "" {
		return structure("the ID is missing in " + quoteName(el.Tag))
	}
	return nil
}

func checkIssuer(md *provider, el *etree.Element) error {
	if el == nil {
		return idp.Refuse(reasonIssuer, "The response doesn't say who issued it.", "Let the identity provider send its entity id as Issuer.")
	}
	name, err := text(el)
	if err != nil {
		return err
	}
	if format, ok := attribute(el, "Format"); ok && format != formatEntity || name != md.entityID {
		return idp.Refuse(reasonIssuer, "The response was issued by another identity provider than this connection's.",
			"Check that the metadata of the connection is that of the application which sends people here.").About("entity_id")
	}
	return nil
}

func checkInResponseTo(el *etree.Element, flow *Flow, allowed bool) error {
	answered, ok := attribute(el, "InResponseTo")
	switch {
	case flow == nil && !allowed:
		return idp.Refuse(reasonUnsolicited, "Nobody asked for this sign-in here, and this connection takes only sign-ins that begin here.",
			"Begin at this server's sign-in page. An admin can allow sign-in from the identity provider's own page.").About("allow_idp_initiated")
	case flow == nil && ok:
		return idp.Refuse(reasonInResponseTo, "The response answers a sign-in that this browser didn't begin.", "Sign in again, in one browser window.")
	case flow != nil && answered != flow.RequestID:
		return idp.Refuse(reasonInResponseTo, "The response doesn't answer the sign-in that this browser began.", "Sign in again, in one browser window.")
	}
	return nil
}

func (p *Provider) checkIssued(el *etree.Element, now time.Time) error {
	at, err := instant(el, "IssueInstant")
	if err != nil {
		return err
	}
	switch {
	case at.IsZero():
		return idp.Refuse(reasonTime, "The response doesn't say when it was issued.", "Let the identity provider send IssueInstant.")
	case at.After(now.Add(p.cfg.skew)):
		return p.notYet()
	case now.After(at.Add(maxTransit + p.cfg.skew)):
		return p.expired()
	}
	return nil
}

func (p *Provider) notYet() *idp.Refusal {
	return idp.Refuse(reasonNotYet, "The response is not valid yet.",
		"Synchronise the clocks of this server and the identity provider; a difference of "+p.cfg.skew.String()+" is tolerated.").About("clock_skew_seconds")
}

func (p *Provider) expired() *idp.Refusal {
	return idp.Refuse(reasonExpired, "The response is no longer valid.",
		"Sign in again; if it stays, synchronise the clocks of this server and the identity provider.").About("clock_skew_seconds")
}
