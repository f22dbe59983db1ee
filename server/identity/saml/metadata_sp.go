package saml

import (
	"encoding/xml"
	"fmt"
	"net/url"

	crewjam "github.com/crewjam/saml"
	"github.com/crewjam/saml/xmlenc"
	dsig "github.com/russellhaering/goxmldsig"
)

// Metadata is what the identity provider's admin imports: our entity id, our one ACS address, and the certificates of both
// keys, for signing and for encryption. It is the same bytes at every call, has no expiry (providers that import a file
// once would stop at it), and needs no metadata of the other side.
func (p *Provider) Metadata() ([]byte, error) {
	acs, err := url.Parse(p.urls.ACS)
	if err != nil {
		return nil, fmt.Errorf("make SAML metadata: %w", err)
	}
	sp := p.library(nil, *acs)
	sp.SignatureMethod = dsig.RSASHA256SignatureMethod
	sp.AssertionConsumerServiceBindings = []string{crewjam.HTTPPostBinding}
	sp.AuthnNameIDFormat = crewjam.NameIDFormat(p.cfg.nameIDFormat)
	if p.cfg.nameIDFormat == "" {
		sp.AuthnNameIDFormat = formatUnspecified
	}
	md := sp.Metadata()
	role := &md.SPSSODescriptors[0]
	role.AuthnRequestsSigned = &p.cfg.SignRequests
	role.KeyDescriptors = nil
	for _, use := range []string{"signing", "encryption"} {
		for _, pair := range p.keys.all() {
			k := keyDescriptor(use, pair.Certificate.Raw)
			if use == "encryption" {
				k.EncryptionMethods = encryptionMethods()
			}
			role.KeyDescriptors = append(role.KeyDescriptors, k)
		}
	}
	primary := true
	role.AssertionConsumerServices[0].IsDefault = &primary
	out, err := xml.MarshalIndent(md, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("make SAML metadata: %w", err)
	}
	return append([]byte(xml.Header), append(out, '\n')...), nil
}

// encryptionMethods lists what we decrypt, the best first: GCM notices when a ciphertext was changed, CBC doesn't.
func encryptionMethods() []crewjam.EncryptionMethod {
	list := make([]crewjam.EncryptionMethod, 0, 6)
	for _, a := range []string{
		xmlenc.AES256GCM.Algorithm(), xmlenc.AES128GCM.Algorithm(), xmlenc.AES256CBC.Algorithm(), xmlenc.AES128CBC.Algorithm(),
		"http://www.w3.org/2001/04/xmlenc#rsa-oaep-mgf1p", "http://www.w3.org/2009/xmlenc11#rsa-oaep",
	} {
		list = append(list, crewjam.EncryptionMethod{Algorithm: a})
	}
	return list
}
