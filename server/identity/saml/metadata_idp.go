package saml

import (
	"bytes"
	"crypto/x509"
	"encoding/xml"
	"errors"
	"io"
	"strings"
	"time"

	crewjam "github.com/crewjam/saml"

	"ambit/server/identity/idp"
)

const (
	maxMetadata      = 2 << 20
	maxMetadataDepth = 48
	maxCertificates  = 16
)

// provider is what the metadata says about one identity provider.
type provider struct {
	entityID      string
	certificates  []*x509.Certificate // for signatures, usable ones only
	unusable      []string            // why further certificates are left out
	redirect      string              // single sign-on by HTTP-Redirect; "" where none
	post          string              // single sign-on by HTTP-POST; "" where none
	wantsSigned   bool
	nameIDFormats []string
	validUntil    time.Time     // zero: no limit
	cacheFor      time.Duration // 0: not said
	raw           string
}

// parseProvider reads metadata: one EntityDescriptor, or EntitiesDescriptors from which entityID chooses.
func parseProvider(data []byte, entityID string) (*provider, *idp.Refusal) {
	bad := func(message string, cause error) (*provider, *idp.Refusal) {
		return nil, misconfigured("metadata", message,
			"Download the metadata of this application from the identity provider again; it begins with an EntityDescriptor element.").Because(cause)
	}
	if len(data) > maxMetadata {
		return bad("The identity provider's metadata is larger than 2 MiB.", nil)
	}
	root, err := metadataRoot(data)
	if err != nil {
		return bad("The identity provider's metadata is not readable XML.", err)
	}
	all, err := entities(data, root)
	if err != nil {
		return bad("This is not the metadata of a SAML 2.0 identity provider.", err)
	}
	chosen, refusal := choose(all, entityID)
	if refusal != nil {
		return nil, refusal
	}
	p := describe(chosen)
	p.raw = string(data)
	switch {
	case p.redirect == "" && p.post == "":
		return bad("The metadata names no address for sign-in by HTTP-Redirect or HTTP-POST.", nil)
	case len(p.certificates) == 0:
		why := "The metadata has no certificate for signatures."
		if len(p.unusable) > 0 {
			why = "No certificate in the metadata is accepted: " + p.unusable[0] + "."
		}
		return bad(why, nil)
	}
	return p, nil
}

// metadataRoot refuses documents that are too deep or declare a DOCTYPE, and returns the name of the root element.
func metadataRoot(data []byte) (xml.Name, error) {
	dec := xml.NewDecoder(bytes.NewReader(data))
	var root xml.Name
	for depth := 0; ; {
		token, err := dec.Token()
		if errors.Is(err, io.EOF) && root.Local != "" {
			return root, nil
		}
		if err != nil {
			return root, err
		}
		switch t := token.(type) {
		case xml.Directive:
			return root, errors.New("it has a DOCTYPE")
		case xml.StartElement:
			if depth++; depth > maxMetadataDepth {
				return root, errors.New("it is nested too deeply")
			}
			if root.Local == "" {
				root = t.Name
			}
		case xml.EndElement:
			depth--
		}
	}
}

// entities lists the identity providers that the metadata describes. The validity of what encloses one narrows its own
// (SAML metadata §4.3.1).
func entities(data []byte, root xml.Name) ([]crewjam.EntityDescriptor, error) {
	var found []crewjam.EntityDescriptor
	switch root {
	case xml.Name{Space: nsMetadata, Local: "EntityDescriptor"}:
		var one crewjam.EntityDescriptor
		if err := xml.Unmarshal(data, &one); err != nil {
			return nil, err
		}
		found = append(found, one)
	case xml.Name{Space: nsMetadata, Local: "EntitiesDescriptor"}:
		var many crewjam.EntitiesDescriptor
		if err := xml.Unmarshal(data, &many); err != nil {
			return nil, err
		}
		found = flatten(many, time.Time{}, 0)
	default:
		return nil, errors.New("the root element is neither EntityDescriptor nor EntitiesDescriptor")
	}
	var providers []crewjam.EntityDescriptor
	for _, e := range found {
		if len(e.IDPSSODescriptors) > 0 && e.EntityID != "" {
			providers = append(providers, e)
		}
	}
	if len(providers) == 0 {
		return nil, errors.New("there is no IDPSSODescriptor in it")
	}
	return providers, nil
}

func flatten(list crewjam.EntitiesDescriptor, until time.Time, cacheFor time.Duration) []crewjam.EntityDescriptor {
	if list.ValidUntil != nil {
		until = earlier(until, *list.ValidUntil)
	}
	if list.CacheDuration != nil {
		cacheFor = shorter(cacheFor, *list.CacheDuration)
	}
	var found []crewjam.EntityDescriptor
	for _, e := range list.EntityDescriptors {
		e.ValidUntil, e.CacheDuration = earlier(until, e.ValidUntil), shorter(cacheFor, e.CacheDuration)
		found = append(found, e)
	}
	for _, inner := range list.EntitiesDescriptors {
		found = append(found, flatten(inner, until, cacheFor)...)
	}
	return found
}

// choose picks the identity provider that the admin named, or the only one.
func choose(all []crewjam.EntityDescriptor, entityID string) (*crewjam.EntityDescriptor, *idp.Refusal) {
	var found *crewjam.EntityDescriptor
	names := make([]string, 0, len(all))
	for i := range all {
		if len(names) < 5 {
			names = append(names, all[i].EntityID)
		}
		if entityID != "" && all[i].EntityID != entityID {
			continue
		}
		if found != nil {
			return nil, misconfigured("entity_id", "The metadata describes more than one identity provider.",
				"Enter the entity id of yours; the first are: "+strings.Join(names, ", ")+".")
		}
		found = &all[i]
	}
	if found == nil {
		return nil, misconfigured("entity_id", "The metadata doesn't describe an identity provider with this entity id.",
			"Leave the entity id empty, or enter one of: "+strings.Join(names, ", ")+".")
	}
	return found, nil
}

// describe takes from an entity what sign-in needs: the SAML 2.0 roles, their addresses and their signing certificates.
func describe(e *crewjam.EntityDescriptor) *provider {
	p := &provider{entityID: e.EntityID, validUntil: e.ValidUntil, cacheFor: e.CacheDuration}
	for _, role := range e.IDPSSODescriptors {
		if !strings.Contains(role.ProtocolSupportEnumeration, nsProtocol) {
			continue
		}
		if role.ValidUntil != nil {
			p.validUntil = earlier(p.validUntil, *role.ValidUntil)
		}
		p.cacheFor = shorter(p.cacheFor, role.CacheDuration)
		p.wantsSigned = p.wantsSigned || role.WantAuthnRequestsSigned != nil && *role.WantAuthnRequestsSigned
		for _, f := range role.NameIDFormats {
			p.nameIDFormats = append(p.nameIDFormats, strings.TrimSpace(string(f)))
		}
		for _, sso := range role.SingleSignOnServices {
			switch {
			case sso.Binding == crewjam.HTTPRedirectBinding && p.redirect == "":
				p.redirect = sso.Location
			case sso.Binding == crewjam.HTTPPostBinding && p.post == "":
				p.post = sso.Location
			}
		}
		p.addCertificates(role.KeyDescriptors)
	}
	return p
}

func (p *provider) addCertificates(keys []crewjam.KeyDescriptor) {
	for _, k := range keys {
		if k.Use != "" && k.Use != "signing" {
			continue
		}
		for _, c := range k.KeyInfo.X509Data.X509Certificates {
			cert, err := parseCertificate(c.Data)
			if err == nil {
				err = usableKey(cert)
			}
			switch {
			case err != nil:
				p.unusable = append(p.unusable, err.Error())
			case len(p.certificates) < maxCertificates:
				p.certificates = append(p.certificates, cert)
			}
		}
	}
}

// earlier is the earlier of two instants, where zero means never.
func earlier(a, b time.Time) time.Time {
	if a.IsZero() || !b.IsZero() && b.Before(a) {
		return b
	}
	return a
}

// shorter is the shorter of two durations, where 0 means unlimited.
func shorter(a, b time.Duration) time.Duration {
	if a <= 0 || b > 0 && b < a {
		return b
	}
	return a
}
