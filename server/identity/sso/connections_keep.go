package sso

import (
	"cmp"
	"encoding/json"

	"ambit/server/caller"
	"ambit/server/identity/idp"
)

// keepsIdentity refuses a change after which another identity provider, or another claim, would say who people are: accounts are
// known by the connection and the subject, so somebody else with an equal subject would become the person who had it before.
func keepsIdentity(have, next *caller.Connection) error {
	was, will := settingsOf(have), settingsOf(next)
	field := was.identityChanged(&will)
	if field == "" {
		return nil
	}
	return Problems{idp.Refuse(idp.ReasonConfiguration, "people have accounts at this connection, and this setting says who they are",
		"Make a new connection for it, and delete this one when nobody needs it any more.").About(field)}
}

// settingsOf reads a configuration without judging it: one that was good when it was saved may be refused today, and still says
// who its people are. What can't be read at all says nothing, so that it can be mended.
func settingsOf(c *caller.Connection) Config {
	var cfg Config
	if err := json.Unmarshal(c.Config, &cfg); err != nil {
		return Config{}
	}
	return cfg
}

// identityChanged names the field by which another configuration of the same kind says in another way who people are; "" is none.
func (c *Config) identityChanged(next *Config) string {
	switch {
	case c.OIDC != nil && next.OIDC != nil:
		return issuerChanged("oidc", c.OIDC.Issuer == next.OIDC.Issuer, c.OIDC.SubjectClaim, next.OIDC.SubjectClaim)
	case c.Workload != nil && next.Workload != nil:
		return issuerChanged("workload", c.Workload.Issuer == next.Workload.Issuer, c.Workload.SubjectClaim, next.Workload.SubjectClaim)
	case c.SAML != nil && next.SAML != nil:
		return c.samlChanged(next)
	default:
		return ""
	}
}

func issuerChanged(part string, same bool, subject, nextSubject string) string {
	switch {
	case !same:
		return part + ".issuer"
	case cmp.Or(subject, "sub") != cmp.Or(nextSubject, "sub"):
		return part + ".subject_claim"
	default:
		return ""
	}
}

func (c *Config) samlChanged(next *Config) string {
	switch same := c.SAML.SameProvider(next.SAML); {
	case !same && c.SAML.MetadataURL != next.SAML.MetadataURL:
		return "saml.metadata_url"
	case !same:
		return "saml.entity_id"
	case cmp.Or(c.SAML.Subject, "name_id") != cmp.Or(next.SAML.Subject, "name_id"):
		return "saml.subject"
	default:
		return ""
	}
}
