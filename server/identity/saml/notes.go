package saml

import (
	"slices"
	"strings"

	"ambit/server/identity/idp"
)

// noteBook collects findings that don't hinder a sign-in.
type noteBook struct{ notes []idp.Note }

func (b *noteBook) add(field, message, hint string) {
	b.notes = append(b.notes, idp.Note{Field: field, Message: message, Hint: hint})
}

// wellKnown are attributes that providers send for an e-mail address, a name and groups, by the field that takes them.
var wellKnown = []struct {
	field string
	names []string
}{
	{"email_attribute", []string{
		"http://schemas.xmlsoap.org/ws/2005/05/identity/claims/emailaddress",
		"urn:oid:0.9.2342.19200300.100.1.3", "mail", "email", "Email", "emailAddress",
	}},
	{"name_attribute", []string{
		"http://schemas.microsoft.com/identity/claims/displayname", "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/displayname",
		"urn:oid:2.16.840.1.113730.3.1.241", "displayName", "name",
	}},
	{"groups_attribute", []string{
		"http://schemas.microsoft.com/ws/2008/06/identity/claims/groups", "http://schemas.xmlsoap.org/claims/Group",
		"urn:oid:1.3.6.1.4.1.5923.1.5.1.1", "groups", "memberOf", "Role",
	}},
}

// remark tells what a test sign-in should show about a response that was accepted.
func (p *Provider) remark(a *assertion, id nameID, attrs attributes, notes *noteBook) {
	mapped := map[string]string{
		"email_attribute": p.cfg.EmailAttribute, "name_attribute": p.cfg.NameAttribute, "groups_attribute": p.cfg.GroupsAttribute,
	}
	for _, known := range wellKnown {
		if mapped[known.field] != "" {
			continue
		}
		for _, at := range attrs {
			if slices.Contains(known.names, at.name) || slices.Contains(known.names, at.friendly) {
				notes.add(known.field, "The response has an attribute “"+at.name+"” that no field takes.", "Enter it here if it holds what its name says.")
				break
			}
		}
	}
	if p.cfg.Subject == subjectNameID && (id.format == formatEmail || strings.Contains(id.value, "@")) {
		notes.add("subject", "People are known by a NameID that looks like an e-mail address: whoever gets a new address becomes somebody else, and whoever gets an old one becomes its former owner.",
			"Let the identity provider send a persistent NameID, or name an attribute with a stable id under subject.")
	}
	if a.encrypted && !a.vouched {
		notes.add("want_encrypted", "The assertion is encrypted but the response is not signed.", "Let the identity provider sign the response too, so that nothing unsigned has to be decrypted.")
	}
	if p.cfg.AllowIDPInitiated {
		notes.add("allow_idp_initiated", "Sign-in may begin at the identity provider, so somebody can be led into signing in with another person's account.", "Switch it off unless people need it.")
	}
}
