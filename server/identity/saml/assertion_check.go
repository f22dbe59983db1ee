package saml

import (
	"strings"
	"time"

	"github.com/beevik/etree"

	"ambit/server/identity/idp"
)

const bearer = "urn:oasis:names:tc:SAML:2.0:cm:bearer" //nolint:gosec // a name, no credential

// checkAssertion asks whether an authentic assertion is meant for us, now, and for this sign-in (SAML profiles §4.1.4.3), and
// keeps what the answer depends on.
func (p *Provider) checkAssertion(a *assertion, flow *Flow, now time.Time) error {
	if err := checkVersion(a.el); err != nil {
		return err
	}
	a.id = value(a.el, "ID")
	if err := checkIssuer(a.provider, child(a.el, nsAssertion, "Issuer")); err != nil {
		return err
	}
	if err := p.checkIssued(a.el, now); err != nil {
		return err
	}
	issued, err := instant(a.el, "IssueInstant")
	if err != nil {
		return err
	}
	a.until = issued.Add(maxTransit + p.cfg.skew)
	if err := p.checkConditions(a, child(a.el, nsAssertion, "Conditions"), now); err != nil {
		return err
	}
	if err := p.checkConfirmation(a, child(a.el, nsAssertion, "Subject"), flow, now); err != nil {
		return err
	}
	return p.checkAuthentication(a, flow, now)
}

// window checks NotBefore and NotOnOrAfter of an element, the end being exclusive (SAML core §2.5.1.2). The end must be there.
func (p *Provider) window(a *assertion, el *etree.Element, now time.Time) error {
	begin, err := instant(el, "NotBefore")
	if err != nil {
		return err
	}
	end, err := instant(el, "NotOnOrAfter")
	if err != nil {
		return err
	}
	switch {
	case end.IsZero():
		return idp.Refuse(reasonTime, "The response doesn't say until when it is valid ("+el.Tag+").", "Let the identity provider send NotOnOrAfter.")
	case !begin.IsZero() && !begin.Before(end):
		return idp.Refuse(reasonTime, "The response ends to be valid before it begins.", "Look at the clock of the identity provider.")
	case now.Add(p.cfg.skew).Before(begin):
		return p.notYet()
	case !now.Before(end.Add(p.cfg.skew)):
		return p.expired()
	}
	a.until = earlier(a.until, end.Add(p.cfg.skew))
	return nil
}

// checkConditions wants a window of time and audiences, and refuses conditions that it doesn't know (SAML core §2.5.1.1). One
// use only is always kept to; proxying is none of ours.
func (p *Provider) checkConditions(a *assertion, el *etree.Element, now time.Time) error {
	err := shape(el, part{nsAssertion, "AudienceRestriction", 0, -1}, part{nsAssertion, "OneTimeUse", 0, 1}, part{nsAssertion, "ProxyRestriction", 0, 1})
	if err != nil {
		return idp.Refuse(reasonConditions, "The response has conditions that are not understood.", "Let the identity provider send audience and time only.").Because(err)
	}
	if begin, ok := attribute(el, "NotBefore"); !ok || begin == "" {
		return idp.Refuse(reasonTime, "The response doesn't say from when it is valid.", "Let the identity provider send NotBefore.")
	}
	if err := p.window(a, el, now); err != nil {
		return err
	}
	restrictions := children(el, nsAssertion, "AudienceRestriction")
	if len(restrictions) == 0 {
		return p.wrongAudience()
	}
	for _, r := range restrictions {
		ours, err := p.inAudience(r)
		if err != nil {
			return err
		}
		if !ours {
			return p.wrongAudience()
		}
	}
	return nil
}

func (p *Provider) inAudience(restriction *etree.Element) (bool, error) {
	if err := shape(restriction, part{nsAssertion, "Audience", 1, -1}); err != nil {
		return false, err
	}
	ours := false
	for _, el := range children(restriction, nsAssertion, "Audience") {
		name, err := text(el)
		if err != nil {
			return false, err
		}
		ours = ours || name == p.urls.EntityID
	}
	return ours, nil
}

func (p *Provider) wrongAudience() *idp.Refusal {
	return idp.Refuse(reasonAudience, "The response is meant for another service (Audience) than this connection.",
		"Set the entity id (audience) of this application at the identity provider to exactly "+p.urls.EntityID+".")
}

// checkConfirmation wants exactly one confirmation, by bearer, for this address and this sign-in.
func (p *Provider) checkConfirmation(a *assertion, subject *etree.Element, flow *Flow, now time.Time) error {
	refuse := func(what string) *idp.Refusal {
		return idp.Refuse(reasonConfirmation, "The response doesn't confirm the person in the way that is accepted: "+what+".",
			"Let the identity provider send exactly one SubjectConfirmation, with the method bearer.")
	}
	all := children(subject, nsAssertion, "SubjectConfirmation")
	if len(all) != 1 {
		return refuse("there is not exactly one confirmation")
	}
	if value(all[0], "Method") != bearer {
		return refuse("the method is not bearer")
	}
	if err := shape(all[0], part{nsAssertion, "SubjectConfirmationData", 1, 1}); err != nil {
		return refuse("its data are missing, or it names somebody else").Because(err)
	}
	data := child(all[0], nsAssertion, "SubjectConfirmationData")
	if err := shape(data); err != nil {
		return refuse("its data hold more than is understood").Because(err)
	}
	if value(data, "Recipient") != p.urls.ACS {
		return idp.Refuse(reasonRecipient, "The response is for another recipient than this connection.",
			"Set the recipient (ACS address) at the identity provider to exactly "+p.urls.ACS+".")
	}
	if err := checkInResponseTo(data, flow, p.cfg.AllowIDPInitiated); err != nil {
		return err
	}
	return p.window(a, data, now)
}

// checkAuthentication wants exactly one statement of when the person signed in at the provider.
func (p *Provider) checkAuthentication(a *assertion, flow *Flow, now time.Time) error {
	statements := children(a.el, nsAssertion, "AuthnStatement")
	if len(statements) != 1 {
		return idp.Refuse(reasonAuthentication, "The response doesn't hold exactly one statement of how the person signed in.",
			"Let the identity provider send one AuthnStatement.")
	}
	statement := statements[0]
	at, err := instant(statement, "AuthnInstant")
	if err != nil {
		return err
	}
	end, err := instant(statement, "SessionNotOnOrAfter")
	if err != nil {
		return err
	}
	switch {
	case at.IsZero():
		return idp.Refuse(reasonTime, "The response doesn't say when the person signed in.", "Let the identity provider send AuthnInstant.")
	case at.After(now.Add(p.cfg.skew)):
		return p.notYet()
	case !end.IsZero() && !now.Before(end.Add(p.cfg.skew)):
		return p.expired()
	case p.cfg.maxAge > 0 && now.After(at.Add(p.cfg.maxAge+p.cfg.skew)):
		return idp.Refuse(reasonAge, "The person signed in at the identity provider longer ago than this connection accepts.",
			"Sign out at the identity provider and sign in again.").About("max_authentication_age_seconds")
	case flow != nil && flow.Fresh && at.Before(flow.Begun.Add(-p.cfg.skew)):
		return idp.Refuse(reasonAge, "The identity provider went by an earlier sign-in, although it was asked for a fresh one (ForceAuthn).",
			"Sign out at the identity provider and sign in again; if that is always needed, ask your administrator to let it honour ForceAuthn.")
	}
	a.authTime = at
	a.session = strings.Trim(value(statement, "SessionIndex"), xmlSpace)
	if len(a.session) > 1024 || hasControl(a.session) {
		return structure("a session index that is too long or has control characters")
	}
	return nil
}
