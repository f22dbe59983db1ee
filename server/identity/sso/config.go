package sso

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"strings"

	"ambit/server/caller"
	"ambit/server/identity"
	"ambit/server/identity/idp"
	"ambit/server/identity/oidc"
	"ambit/server/identity/saml"
)

// Config is a connection's configuration as it is stored: the part of its own protocol, and how its accounts become people.
type Config struct {
	OIDC     *oidc.Config       `json:"oidc,omitempty"`
	SAML     *saml.Config       `json:"saml,omitempty"`
	Workload *Workload          `json:"workload,omitempty"`
	Accounts identity.Admission `json:"accounts"`

	// ExchangeAudiences are further audiences whose ID tokens of an OIDC connection may be exchanged (RFC 8693), besides our
	// own client id: the client ids of an organisation's own command lines.
	ExchangeAudiences []string `json:"exchange_audiences,omitempty"`
}

// Workload is an issuer of tokens for CI jobs.
type Workload struct {
	Issuer       string            `json:"issuer"`
	Audiences    []string          `json:"audiences"`               // what a job must ask its token for
	SubjectClaim string            `json:"subject_claim,omitempty"` // what a job is known by; sub where empty
	Claims       map[string]string `json:"claims"`                  // what the token must say, * for any text: {"repository_owner": "acme"}
}

// The names of a connection's secrets.
const (
	secretClient   = "client_secret"
	secretSAMLKeys = "saml_keys" // saml.Keys as JSON
)

// ParseConfig reads a configuration. Unknown members are refused: they would be settings that don't count.
func ParseConfig(kind string, raw json.RawMessage) (*Config, []*idp.Refusal) {
	var cfg Config
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&cfg); err != nil {
		return nil, []*idp.Refusal{misread(err)}
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return nil, []*idp.Refusal{misread(errors.New("there is something after the configuration"))}
	}
	given := map[string]bool{caller.KindOIDC: cfg.OIDC != nil, caller.KindSAML: cfg.SAML != nil, caller.KindWorkload: cfg.Workload != nil}
	for name, is := range given {
		if is != (name == kind) {
			return nil, []*idp.Refusal{idp.Refuse(idp.ReasonConfiguration, "a connection of kind "+kind+" is configured under \""+kind+"\" and nothing else",
				"Send the settings as {\""+kind+"\": {…}, \"accounts\": {…}}.").About(kind)}
		}
	}
	return &cfg, cfg.check(kind)
}

func misread(err error) *idp.Refusal {
	return idp.Refuse(idp.ReasonConfiguration, "the configuration can't be read: "+strings.TrimPrefix(err.Error(), "json: "),
		"Compare it with the documentation of single sign-on.").About("config")
}

func (c *Config) check(kind string) []*idp.Refusal {
	var found []*idp.Refusal
	switch kind {
	case caller.KindOIDC:
		found = c.OIDC.Check()
	case caller.KindSAML:
		found = c.SAML.Check()
	case caller.KindWorkload:
		found = c.Workload.check()
	}
	if len(c.ExchangeAudiences) > 0 && kind != caller.KindOIDC {
		found = append(found, idp.Refuse(idp.ReasonConfiguration, "only an OIDC connection has tokens to exchange", "Leave it away.").About("exchange_audiences"))
	}
	return append(found, c.Accounts.Check()...)
}

// check asks for audiences and at least one required claim: without them every job of every customer of a public CI service
// could sign in.
func (w *Workload) check() []*idp.Refusal {
	issuer := w.oidc()
	found := issuer.CheckWorkload()
	if len(w.Audiences) == 0 {
		found = append(found, idp.Refuse(idp.ReasonConfiguration, "no audience is set, so a token for anybody would do",
			"Name the audience that your jobs ask their token for, such as this server's address.").About("workload.audiences"))
	}
	narrow := false
	for name, want := range w.Claims {
		narrow = narrow || name != "" && strings.Trim(want, "*") != ""
	}
	if !narrow {
		found = append(found, idp.Refuse(idp.ReasonConfiguration, "no claim is required, so a job of any customer of that service would do",
			"Require the claim that names your organisation, such as repository_owner or namespace_path.").About("workload.claims"))
	}
	return found
}

// oidc is what the OIDC package needs to check the tokens: issuer and keys.
func (w *Workload) oidc() oidc.Config {
	return oidc.Config{Issuer: w.Issuer, SubjectClaim: w.SubjectClaim, UserInfo: oidc.UserInfoNever}
}
