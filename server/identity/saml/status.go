package saml

import (
	"github.com/beevik/etree"

	"ambit/server/identity/idp"
)

const statusPrefix = "urn:oasis:names:tc:SAML:2.0:status:"

// said is what a status code means to somebody who wanted to sign in (SAML core §3.2.2.2).
type said struct{ message, remedy string }

var statusSays = map[string]said{
	"Requester":              {"The identity provider didn't accept our request.", "Compare entity id, ACS address, NameID format and request signing at the identity provider with this connection."},
	"Responder":              {"The identity provider couldn't answer.", "Try again; the reason is in the identity provider's log."},
	"VersionMismatch":        {"The identity provider doesn't speak SAML 2.0 with this application.", "Set up a SAML 2.0 application at the identity provider."},
	"AuthnFailed":            {"The identity provider could not sign you in.", "Try again, or ask whoever runs the identity provider."},
	"InvalidAttrNameOrValue": {"The identity provider found an attribute that it can't handle.", "Look at the attribute mapping at the identity provider."},
	"InvalidNameIDPolicy":    {"The identity provider doesn't offer the NameID format that this connection asks for.", "Choose another NameID format in the connection, or leave it to the provider."},
	"NoAuthnContext":         {"The identity provider doesn't offer the way of signing in that was asked for.", "Look at the sign-in policy of this application at the identity provider."},
	"NoAvailableIDP":         {"The identity provider could not reach the one that knows you.", "Try again later."},
	"NoPassive":              {"The identity provider must ask you something and was not allowed to.", "Sign in at the identity provider first."},
	"NoSupportedIDP":         {"The identity provider knows none that could sign you in.", "Ask whoever runs the identity provider."},
	"PartialLogout":          {"The identity provider couldn't sign you out everywhere.", "Close the browser."},
	"ProxyCountExceeded":     {"The identity provider may not pass the request on.", "Ask whoever runs the identity provider."},
	"RequestDenied":          {"The identity provider refused to sign you in.", "Ask whoever runs it to assign you to this application."},
	"RequestUnsupported":     {"The identity provider doesn't support the request.", "Compare the binding and request signing at the identity provider with this connection."},
	"UnknownPrincipal":       {"The identity provider doesn't know you.", "Ask whoever runs it for an account."},
	"UnsupportedBinding":     {"The identity provider can't answer by HTTP-POST.", "Set the ACS address with binding HTTP-POST at the identity provider."},
}

// checkStatus refuses anything but success, in words. The provider's own message is kept for nobody: an unsigned response
// could say anything.
func checkStatus(status *etree.Element) error {
	err := shape(status, part{nsProtocol, "StatusCode", 1, 1}, part{nsProtocol, "StatusMessage", 0, 1}, part{nsProtocol, "StatusDetail", 0, 1})
	if err != nil {
		return err
	}
	top := child(status, nsProtocol, "StatusCode")
	if err := shape(top, part{nsProtocol, "StatusCode", 0, 1}); err != nil {
		return err
	}
	second := child(top, nsProtocol, "StatusCode")
	if value(top, "Value") == statusPrefix+"Success" && second == nil {
		return nil
	}
	// The second code is the more telling one.
	for _, code := range []*etree.Element{second, top} {
		if code == nil {
			continue
		}
		v := value(code, "Value")
		if len(v) <= len(statusPrefix) || v[:len(statusPrefix)] != statusPrefix {
			continue
		}
		if s, ok := statusSays[v[len(statusPrefix):]]; ok {
			return idp.Refuse(reasonStatus, s.message, s.remedy)
		}
	}
	return idp.Refuse(reasonStatus, "The identity provider didn't sign you in.", "Try again; the reason is in the identity provider's log.")
}
