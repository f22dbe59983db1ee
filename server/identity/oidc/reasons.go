package oidc

// Reasons of refusals besides those of package idp. They stand in the ledger and don't change.
const (
	ReasonState             = "state"             // the callback belongs to no sign-in that this browser began
	ReasonFlow              = "flow"              // the sign-in was begun under another configuration, or is incomplete
	ReasonFlowExpired       = "flow_expired"      // the sign-in took too long
	ReasonCallback          = "callback"          // parameters are missing, repeated or too long
	ReasonIssuerParameter   = "issuer_parameter"  // RFC 9207
	ReasonAccessDenied      = "access_denied"     // the person or the provider said no
	ReasonInteraction       = "interaction"       // the provider wants to talk to the person again
	ReasonProviderError     = "provider_error"    // any other error that the provider reports
	ReasonCode              = "code"              // the code is used, expired or not ours
	ReasonTokenResponse     = "token_response"    // what the token endpoint answers is no token response
	ReasonTokenMalformed    = "token_malformed"   // no well-formed signed token
	ReasonTokenEncrypted    = "token_encrypted"   // a JWE
	ReasonTokenType         = "token_type"        // another kind of token
	ReasonDuplicateMember   = "duplicate_member"  // a JSON member stands twice
	ReasonAlgorithm         = "algorithm"         // a signing algorithm that isn't allowed
	ReasonCriticalHeader    = "critical_header"   // RFC 7515 §4.1.11
	ReasonUnknownKey        = "unknown_key"       // signed by a key that the provider doesn't publish
	ReasonSignature         = "signature"         //
	ReasonIssuer            = "issuer"            // iss
	ReasonAudience          = "audience"          // aud
	ReasonAuthorizedParty   = "authorized_party"  // azp
	ReasonExpired           = "expired"           // exp
	ReasonNotYetValid       = "not_yet_valid"     // nbf
	ReasonIssuedAt          = "issued_at"         // iat in the future, missing or too old
	ReasonNonce             = "nonce"             //
	ReasonAccessTokenHash   = "access_token_hash" // at_hash
	ReasonAuthTime          = "auth_time"         // the person proved who they are too long ago
	ReasonHostedDomain      = "hosted_domain"     // Google's hd
	ReasonSubject           = "subject"           // missing, too long or with control characters
	ReasonUserInfo          = "userinfo"          // the userinfo endpoint's answer can't be used
	ReasonUserInfoSubject   = "userinfo_subject"  // … is about somebody else
	ReasonGroupsMalformed   = "groups_malformed"  // the groups claim is no list of names
	ReasonClaim             = "claim"             // a required claim has another value
	ReasonTokenID           = "token_id"          // jti missing
	ReasonLogoutEvent       = "logout_event"      // not a back-channel logout
	ReasonLogoutNonce       = "logout_nonce"      // a logout token must have none
	ReasonLogoutSubject     = "logout_subject"    // neither sub nor sid
	remedySignInAgain       = "Start again at the sign-in page."
	remedyAskAdmin          = "Tell your administrator; the sign-in connection of Ambit needs a look."
	remedyProviderSettings  = "Check the application's settings at the identity provider."
	remedyTryAgain          = "Try again in a minute; if it lasts, tell your administrator."
	remedyClock             = "Set the clocks of both servers by NTP, or raise the connection's clock_skew (at most 300 seconds)."
	remedyClientCredentials = "Enter the client ID and a current client secret of the application at the identity provider."
)
