package saml

import (
	"net/mail"
	"strings"
	"unicode"

	"github.com/beevik/etree"

	"ambit/server/identity/idp"
)

const (
	maxSubject = 256 // characters, as SAML core §8.3.7 bounds persistent identifiers
	maxName    = 200
)

// claims reads who the assertion is about.
func (p *Provider) claims(a *assertion) (*idp.Claims, []idp.Note, error) {
	id, err := p.nameID(child(a.el, nsAssertion, "Subject"))
	if err != nil {
		return nil, nil, err
	}
	attrs, err := readAttributes(a.el)
	if err != nil {
		return nil, nil, err
	}
	c := &idp.Claims{SessionID: a.session, AuthTime: a.authTime, Raw: attrs.raw()}
	c.Raw["NameID"], c.Raw["NameID format"] = id.value, id.format
	notes := &noteBook{}
	if c.Subject, err = p.subject(id, attrs); err != nil {
		return nil, nil, err
	}
	if c.Email, err = p.email(id, attrs, notes); err != nil {
		return nil, nil, err
	}
	if c.Name, err = p.name(attrs, notes); err != nil {
		return nil, nil, err
	}
	if c.Groups, c.GroupsState, err = p.groups(attrs, notes); err != nil {
		return nil, nil, err
	}
	p.remark(a, id, attrs, notes)
	return c, notes.notes, nil
}

type nameID struct {
	value, format string
}

// nameID reads the NameID. Qualifiers that name another provider or service would make it somebody else's name.
func (p *Provider) nameID(subject *etree.Element) (nameID, error) {
	el := child(subject, nsAssertion, "NameID")
	if el == nil || child(subject, nsAssertion, "EncryptedID") != nil || child(subject, nsAssertion, "BaseID") != nil {
		return nameID{}, idp.Refuse(reasonSubject, "The response doesn't name the person by a plain NameID.",
			"Let the identity provider send a NameID; to keep it from the browser, encrypt the whole assertion.")
	}
	v, err := text(el)
	if err != nil {
		return nameID{}, err
	}
	if err := cleanSubject(v); err != nil {
		return nameID{}, err
	}
	for _, q := range []string{"SPNameQualifier", "SPProvidedID"} {
		if by, ok := attribute(el, q); ok && by != "" && by != p.urls.EntityID {
			return nameID{}, idp.Refuse(reasonSubject, "The response names the person as another service knows them ("+q+").",
				"Let the identity provider issue NameIDs for this application.")
		}
	}
	return nameID{value: v, format: value(el, "Format")}, nil
}

// cleanSubject refuses what would let one person look like another: white space around the name, characters that can't be seen.
func cleanSubject(s string) error {
	invisible := func(r rune) bool {
		return unicode.Is(unicode.C, r) || unicode.Is(unicode.Zl, r) || unicode.Is(unicode.Zp, r)
	}
	switch {
	case strings.TrimSpace(s) == "":
		return idp.Refuse(reasonSubject, "The response has an empty name for the person.", "Look at what the identity provider sends as NameID or subject attribute.")
	case strings.TrimSpace(s) != s, len(s) > maxSubject, strings.ContainsFunc(s, invisible):
		return idp.Refuse(reasonSubject, "The name of the person has white space around it, characters that can't be seen, or more than 256 characters.",
			"Let the identity provider send a stable identifier, such as an employee number or object id.")
	}
	return nil
}

// subject is what the person is known by for good.
func (p *Provider) subject(id nameID, attrs attributes) (string, error) {
	if p.cfg.Subject == subjectNameID {
		if id.format == formatTransient {
			return "", idp.Refuse(reasonTransient, "The identity provider sends a NameID that is another one at each sign-in (transient), so the person can't be known by it.",
				"Let it send a persistent NameID, or name an attribute under subject.").About("subject")
		}
		return id.value, nil
	}
	v, ok, err := attrs.single(p.cfg.Subject, "subject")
	if err != nil {
		return "", err
	}
	if !ok {
		return "", idp.Refuse(reasonSubject, "The response has no attribute by the name under subject.",
			"Add it to what the identity provider sends, or correct its name.").About("subject")
	}
	return v, cleanSubject(v)
}

func (p *Provider) email(id nameID, attrs attributes, notes *noteBook) (string, error) {
	v, ok := id.value, id.format == formatEmail
	if p.cfg.EmailAttribute != "" {
		var err error
		if v, ok, err = attrs.single(p.cfg.EmailAttribute, "email_attribute"); err != nil {
			return "", err
		}
	}
	v = strings.ToLower(strings.Trim(v, xmlSpace))
	if !ok || v == "" {
		notes.add("email_attribute", "The response has no e-mail address.", "Name the attribute that holds it; without one the account is linked to a person by SCIM or by an admin.")
		return "", nil
	}
	if !isAddress(v) {
		notes.add("email_attribute", "What the response has for an e-mail address is none.", "Name another attribute.")
		return "", nil
	}
	return v, nil
}

// isAddress reports whether s is an e-mail address and nothing else.
func isAddress(s string) bool {
	addr, err := mail.ParseAddress(s)
	return err == nil && addr.Address == s && addr.Name == "" && len(s) <= 254 && !hasControl(s)
}

func (p *Provider) name(attrs attributes, notes *noteBook) (string, error) {
	if p.cfg.NameAttribute == "" {
		return "", nil
	}
	v, ok, err := attrs.single(p.cfg.NameAttribute, "name_attribute")
	if err != nil {
		return "", err
	}
	v = strings.Join(strings.FieldsFunc(v, func(r rune) bool { return unicode.IsSpace(r) || unicode.Is(unicode.C, r) }), " ")
	if !ok || v == "" {
		notes.add("name_attribute", "The response has no attribute by the name under name.", "Correct the attribute's name, or leave it empty.")
	}
	if runes := []rune(v); len(runes) > maxName {
		v = string(runes[:maxName])
	}
	return v, nil
}
