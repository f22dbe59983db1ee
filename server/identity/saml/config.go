package saml

import (
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"fmt"
	"net"
	"net/url"
	"strings"
	"time"

	"ambit/server/identity/idp"
)

// Config is what an admin says about a connection. Attributes are named by their Name or, where the provider sends one, their
// FriendlyName, exactly as sent.
type Config struct {
	Metadata     string   `json:"metadata,omitempty"`     // the identity provider's metadata, XML; with MetadataURL the copy to use until the address answers
	MetadataURL  string   `json:"metadata_url,omitempty"` // https; plain http on this machine only
	EntityID     string   `json:"entity_id,omitempty"`    // which identity provider, where the metadata lists several
	Certificates []string `json:"certificates,omitempty"` // further signing certificates to trust, PEM or base64 of DER

	SignRequests      bool `json:"sign_requests,omitempty"`  // also done when the metadata asks for it
	WantEncrypted     bool `json:"want_encrypted,omitempty"` // refuse assertions that are not encrypted
	AllowIDPInitiated bool `json:"allow_idp_initiated,omitempty"`

	NameIDFormat string `json:"name_id_format,omitempty"` // to ask for: "" (the provider's choice), persistent, email, unspecified, transient, or a URN
	Subject      string `json:"subject,omitempty"`        // "" or "name_id", or the attribute that people are known by

	EmailAttribute  string `json:"email_attribute,omitempty"` // "": the NameID where its format is e-mail address
	NameAttribute   string `json:"name_attribute,omitempty"`
	GroupsAttribute string `json:"groups_attribute,omitempty"`
	GroupsSeparator string `json:"groups_separator,omitempty"` // for providers that join groups in one value; "": off

	ClockSkewSeconds            int `json:"clock_skew_seconds,omitempty"`             // 0: 60; at most 300
	MaxAuthenticationAgeSeconds int `json:"max_authentication_age_seconds,omitempty"` // 0: no limit
}

// NameID formats (SAML core §8.3).
const (
	formatUnspecified = "urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified"
	formatEmail       = "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress"
	formatPersistent  = "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent"
	formatTransient   = "urn:oasis:names:tc:SAML:2.0:nameid-format:transient"
	formatEntity      = "urn:oasis:names:tc:SAML:2.0:nameid-format:entity"
)

const (
	subjectNameID = "name_id"
	defaultSkew   = 60 * time.Second
	maxSkew       = 5 * time.Minute
	maxField      = 512 // bytes of an attribute's name
)

// settings are a Config that was found good.
type settings struct {
	Config
	nameIDFormat string // URN or ""
	skew         time.Duration
	maxAge       time.Duration
	extra        []*x509.Certificate
	pasted       *provider // from Config.Metadata; nil where none
}

// Check returns everything that is wrong with the configuration, each with its field and a remedy. It asks nobody.
func (c Config) Check() []*idp.Refusal {
	_, refusals := c.compile()
	return refusals
}

func misconfigured(field, message, remedy string) *idp.Refusal {
	return idp.Refuse(idp.ReasonConfiguration, message, remedy).About(field)
}

func (c Config) compile() (settings, []*idp.Refusal) {
	s := settings{Config: c, skew: defaultSkew, maxAge: time.Duration(c.MaxAuthenticationAgeSeconds) * time.Second}
	var bad []*idp.Refusal
	add := func(r *idp.Refusal) {
		if r != nil {
			bad = append(bad, r)
		}
	}
	add(s.readSource())
	add(s.readCertificates())
	add(s.readNames())
	if c.ClockSkewSeconds != 0 {
		s.skew = time.Duration(c.ClockSkewSeconds) * time.Second
	}
	if s.skew < 0 || s.skew > maxSkew {
		add(misconfigured("clock_skew_seconds", "The tolerated difference between clocks must be between 1 and 300 seconds.",
			"Set it to 60, and synchronise the clocks of this server and the identity provider."))
	}
	if s.maxAge != 0 && (s.maxAge < time.Minute || s.maxAge > 30*24*time.Hour) {
		add(misconfigured("max_authentication_age_seconds", "The age of an authentication must be between one minute and 30 days.",
			"Leave it empty for no limit, or set 28800 for eight hours."))
	}
	return s, bad
}

func (s *settings) readSource() *idp.Refusal {
	if s.Metadata == "" && s.MetadataURL == "" {
		return misconfigured("metadata_url", "The identity provider's metadata is missing.",
			"Enter its metadata address, or paste the metadata XML that it lets you download.")
	}
	if s.MetadataURL != "" {
		if r := checkURL(s.MetadataURL); r != nil {
			return r
		}
	}
	if s.Metadata == "" {
		return nil
	}
	var r *idp.Refusal
	s.pasted, r = parseProvider([]byte(s.Metadata), s.EntityID)
	return r
}

func checkURL(raw string) *idp.Refusal {
	u, err := url.Parse(raw)
	if err != nil || u.Host == "" || u.User != nil || u.Fragment != "" {
		return misconfigured("metadata_url", "The metadata address is not a URL.", "Enter an address such as https://idp.example.com/metadata.")
	}
	if u.Scheme == "https" {
		return nil
	}
	host := u.Hostname()
	ip := net.ParseIP(host)
	if u.Scheme == "http" && (host == "localhost" || ip != nil && ip.IsLoopback()) {
		return nil
	}
	return misconfigured("metadata_url", "The metadata address must begin with https://: whoever can change the metadata on its way can sign in as anybody.",
		"Use the https address, or paste the metadata XML.")
}

func (s *settings) readCertificates() *idp.Refusal {
	for i, text := range s.Certificates {
		cert, err := parseCertificate(text)
		if err == nil {
			err = usableKey(cert)
		}
		if err != nil {
			return misconfigured("certificates", fmt.Sprintf("Certificate %d is not accepted: %v.", i+1, err),
				"Paste the signing certificate that the identity provider lets you download, RSA of at least 2048 bits or ECDSA, with its BEGIN and END lines.")
		}
		s.extra = append(s.extra, cert)
	}
	return nil
}

func (s *settings) readNames() *idp.Refusal {
	switch f := s.NameIDFormat; f {
	case "":
	case "persistent":
		s.nameIDFormat = formatPersistent
	case "email", "emailAddress":
		s.nameIDFormat = formatEmail
	case "unspecified":
		s.nameIDFormat = formatUnspecified
	case "transient":
		s.nameIDFormat = formatTransient
	default:
		if !strings.HasPrefix(f, "urn:oasis:names:tc:SAML:") || len(f) > 128 || strings.ContainsAny(f, " \t\r\n<>\"") {
			return misconfigured("name_id_format", "This NameID format is not known.", "Use persistent, email, unspecified, or the full URN (urn:oasis:names:tc:SAML:…).")
		}
		s.nameIDFormat = f
	}
	if s.Subject == "" {
		s.Subject = subjectNameID
	}
	if s.nameIDFormat == formatTransient && s.Subject == subjectNameID {
		return misconfigured("name_id_format", "A transient NameID is another one at each sign-in, so nobody can be known by it.",
			"Ask for persistent, or name an attribute under subject.")
	}
	for field, value := range map[string]string{"subject": s.Subject, "email_attribute": s.EmailAttribute, "name_attribute": s.NameAttribute, "groups_attribute": s.GroupsAttribute} {
		if len(value) > maxField || strings.TrimSpace(value) != value || hasControl(value) {
			return misconfigured(field, "This is not the name of an attribute.", "Copy the attribute's name from the identity provider, without spaces around it.")
		}
	}
	if len(s.GroupsSeparator) > 4 || hasControl(s.GroupsSeparator) {
		return misconfigured("groups_separator", "The separator must be one to four characters.", "Use a comma or a semicolon, or leave it empty when the provider sends one value for each group.")
	}
	return nil
}

// parseCertificate reads PEM, or base64 of DER as metadata carries it.
func parseCertificate(text string) (*x509.Certificate, error) {
	if block, rest := pem.Decode([]byte(text)); block != nil {
		if block.Type != "CERTIFICATE" || strings.TrimSpace(string(rest)) != "" {
			return nil, fmt.Errorf("it is not one PEM certificate")
		}
		return x509.ParseCertificate(block.Bytes)
	}
	der, err := base64.StdEncoding.DecodeString(strings.Join(strings.Fields(text), ""))
	if err != nil {
		return nil, fmt.Errorf("it is neither PEM nor base64")
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, fmt.Errorf("it can't be read")
	}
	return cert, nil
}
