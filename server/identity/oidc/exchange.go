package oidc

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"golang.org/x/oauth2"

	"ambit/server/identity/idp"
)

func (p *Provider) oauth(m *metadata, redirectURL string) *oauth2.Config {
	style := oauth2.AuthStyleInHeader
	if p.config.ClientAuth != ClientSecretBasic {
		style = oauth2.AuthStyleInParams
	}
	secret := p.secret
	if p.config.ClientAuth == ClientAuthNone {
		secret = ""
	}
	return &oauth2.Config{
		ClientID: p.config.ClientID, ClientSecret: secret, RedirectURL: redirectURL, Scopes: p.config.scopes(),
		Endpoint: oauth2.Endpoint{AuthURL: m.AuthorizationEndpoint, TokenURL: m.TokenEndpoint, AuthStyle: style},
	}
}

// exchange turns the code into tokens.
func (p *Provider) exchange(ctx context.Context, m *metadata, flow Flow, code string) (*oauth2.Token, error) {
	token, err := p.oauth(m, flow.Redirect).Exchange(p.withClient(ctx), code, oauth2.VerifierOption(flow.Verifier))
	if err != nil {
		r := p.tokenRefusal(err, code, flow.Verifier, flow.Nonce, flow.State)
		if r.Reason == reasonGrant {
			r.Reason, r.Remedy = ReasonCode, remedySignInAgain
		}
		return nil, r
	}
	return token, bearerOnly(token)
}

// bearerOnly: OpenID Connect Core §3.1.3.3 knows no other type of token. The library takes a missing type for Bearer.
func bearerOnly(token *oauth2.Token) error {
	if !strings.EqualFold(token.TokenType, "bearer") {
		return idp.Refuse(ReasonTokenResponse, "the identity provider issues a type of access token that Ambit doesn't know ("+clean(token.TokenType, 20)+")", "Switch DPoP and other token binding off for the application.")
	}
	return nil
}

// reasonGrant marks that the code or refresh token was refused; what that means depends on which it is.
const reasonGrant = "invalid_grant"

// tokenRefusal explains an error of the token endpoint (RFC 6749 §5.2). The library's own error quotes the whole answer,
// which may hold tokens; it goes no further than this function.
func (p *Provider) tokenRefusal(err error, secrets ...string) *idp.Refusal {
	var transport *url.Error
	if errors.As(err, &transport) {
		return unreachable("the identity provider can't be reached", transport.Err)
	}
	var answer *oauth2.RetrieveError
	if !errors.As(err, &answer) || answer.Response == nil {
		return idp.Refuse(ReasonTokenResponse, "the identity provider's token endpoint sends something else than tokens", remedyAskAdmin).Because(errors.New("token endpoint: not a token response"))
	}
	status := answer.Response.StatusCode
	cause := fmt.Errorf("token endpoint: status %d, error %q", status, errorCode(answer.ErrorCode))
	refuse := func(reason, sentence, remedy string) *idp.Refusal {
		return idp.Refuse(reason, says(sentence, answer.ErrorDescription, append(secrets, p.secret)...), remedy).Because(cause)
	}
	if temporary(status) {
		return unreachable("the identity provider has trouble for now", cause)
	}
	switch answer.ErrorCode {
	case "invalid_grant":
		return refuse(reasonGrant, "the identity provider doesn't accept the sign-in any more", remedySignInAgain)
	case "access_denied", "login_required", "interaction_required", "consent_required":
		return refuse(ReasonInteraction, "the identity provider wants the person to sign in again", remedySignInAgain)
	case "temporarily_unavailable", "server_error", "slow_down":
		return unreachable("the identity provider has trouble for now", cause)
	case "invalid_client":
		return refuse(idp.ReasonConfiguration, "the identity provider doesn't accept the client ID or secret", remedyClientCredentials).About("client_secret")
	case "unauthorized_client", "unsupported_grant_type":
		return refuse(idp.ReasonConfiguration, "the identity provider doesn't allow the application this kind of grant", "Allow authorization code and refresh token for the application.").About("client_id")
	case "invalid_scope":
		return refuse(idp.ReasonConfiguration, "the identity provider doesn't grant the scopes that the connection asks for", "Remove scopes that the provider doesn't know.").About("scopes")
	case "":
		if status == http.StatusUnauthorized {
			return refuse(idp.ReasonConfiguration, "the identity provider doesn't accept the client ID or secret", remedyClientCredentials).About("client_secret")
		}
		return refuse(ReasonTokenResponse, fmt.Sprintf("the identity provider's token endpoint answers with status %d and no token", status), remedyAskAdmin)
	default:
		return refuse(ReasonProviderError, "the identity provider's token endpoint reports an error", remedyAskAdmin)
	}
}
