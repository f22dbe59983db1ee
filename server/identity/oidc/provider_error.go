package oidc

import (
	"fmt"

	"ambit/server/identity/idp"
)

// refused turns an error of the authorization endpoint (RFC 6749 §4.1.2.1, OpenID Connect Core §3.1.2.6) into a refusal.
func (p *Provider) refused(c callback, flow Flow) *idp.Refusal {
	cause := fmt.Errorf("authorization endpoint: error %q", errorCode(c.failure))
	refuse := func(reason, sentence, remedy string) *idp.Refusal {
		return idp.Refuse(reason, says(sentence, c.description, p.secret, flow.State, flow.Nonce, flow.Verifier, c.code), remedy).Because(cause)
	}
	switch c.failure {
	case "access_denied":
		return refuse(ReasonAccessDenied, "the identity provider didn't let you in, or you cancelled", "Ask your administrator to assign you to the Ambit application at the identity provider.")
	case "login_required", "interaction_required", "consent_required", "account_selection_required":
		return refuse(ReasonInteraction, "the identity provider wants you to sign in or consent again", remedySignInAgain)
	case "server_error", "temporarily_unavailable":
		return refuse(idp.ReasonUnreachable, "the identity provider has trouble for now", remedyTryAgain)
	case "invalid_scope":
		return refuse(idp.ReasonConfiguration, "the identity provider doesn't grant the scopes that the connection asks for", "Remove scopes that the provider doesn't know from the connection, or allow them there.").About("scopes")
	case "unauthorized_client", "invalid_client", "unsupported_response_type":
		return refuse(idp.ReasonConfiguration, "the identity provider doesn't let this application sign people in", "Allow the authorization code flow for the application at the identity provider.").About("client_id")
	case "invalid_request":
		return refuse(ReasonProviderError, "the identity provider doesn't accept the sign-in request", "Check the redirect URI at the identity provider.")
	default:
		return refuse(ReasonProviderError, "the identity provider reports an error", remedyAskAdmin)
	}
}
