package saml

import "ambit/server/identity/idp"

// Reasons of refusals, for the ledger. They are stable.
const (
	reasonForm           = "form"                 // not one SAMLResponse as HTTP-POST sends it
	reasonMalformed      = "malformed"            // no base64, no XML
	reasonTooLarge       = "too_large"            // over a bound of size, depth or number
	reasonEncoding       = "encoding"             // not UTF-8
	reasonForbiddenXML   = "forbidden_xml"        // DOCTYPE, comment, CDATA, processing instruction, name games
	reasonStructure      = "structure"            // not the shape of a response to this kind of sign-in
	reasonAssertions     = "assertions"           // not exactly one assertion
	reasonUnsigned       = "unsigned"             // no signature covers the assertion
	reasonSignature      = "signature"            // a signature doesn't hold, or isn't by a configured key
	reasonSignatureShape = "signature_profile"    // a signature of a form that is not accepted
	reasonAlgorithm      = "algorithm"            // an algorithm that is not accepted
	reasonCertificate    = "certificate"          // signed by a configured certificate that is not valid now
	reasonEncryption     = "encryption"           // can't be decrypted or what was inside can't be trusted
	reasonEncryptionAlg  = "encryption_algorithm" // an encryption algorithm that is not accepted
	reasonNotEncrypted   = "not_encrypted"        // the connection requires encryption
	reasonVersion        = "version"              // not SAML 2.0
	reasonStatus         = "status"               // the identity provider refused
	reasonDestination    = "destination"          // addressed to another service
	reasonRecipient      = "recipient"            // the confirmation names another service
	reasonInResponseTo   = "in_response_to"       // the answer to another request
	reasonUnsolicited    = "unsolicited"          // nobody asked, and the connection doesn't allow that
	reasonFlow           = "flow"                 // begun too long ago
	reasonIssuer         = "issuer"               // by another identity provider
	reasonAudience       = "audience"             // for another service
	reasonConditions     = "conditions"           // conditions missing or not understood
	reasonConfirmation   = "confirmation"         // not exactly one bearer confirmation
	reasonTime           = "time"                 // an instant missing or unreadable
	reasonNotYet         = "not_yet_valid"
	reasonExpired        = "expired"
	reasonAuthentication = "authentication" // no single statement of how and when the person signed in
	reasonAge            = "authentication_age"
	reasonSubject        = "subject"   // nothing to know the person by
	reasonTransient      = "transient" // a NameID that changes with each sign-in
	reasonAttribute      = "attribute" // a mapped attribute that can't be read in one way only
	reasonReplay         = "replay"
	reasonSecondReader   = "second_reader" // two readers of the same response don't agree
	reasonMetadata       = "metadata"      // the identity provider's metadata expired
)

// structure refuses a response whose shape is wrong. What is built this way comes from an attacker or from a provider's
// exotic option; the admin needs to know which part.
func structure(what string) *idp.Refusal {
	return idp.Refuse(reasonStructure, "The response is built in a way that is not accepted: "+what+".",
		"Let the identity provider send a plain SAML 2.0 Web Browser SSO response.")
}

func forbidden(what string) *idp.Refusal {
	return idp.Refuse(reasonForbiddenXML, "The response contains "+what+", which is never accepted.",
		"Let the identity provider send plain XML; if it does, somebody may have changed the response on its way.")
}

func tooLarge(what string) *idp.Refusal {
	return idp.Refuse(reasonTooLarge, "The response is too large: "+what+".",
		"Let the identity provider send fewer attributes or only the groups that matter.")
}
