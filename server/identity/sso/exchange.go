package sso

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"strings"
	"time"

	"ambit/server/caller"
	"ambit/server/identity/idp"
	"ambit/server/identity/oidc"
)

// The types of tokens that can be exchanged (RFC 8693, section 3).
//
//nolint:gosec // names, not credentials
const (
	typeIDToken = "urn:ietf:params:oauth:token-type:id_token"
	typeJWT     = "urn:ietf:params:oauth:token-type:jwt"
)

// exchangeAge bounds how old an exchanged token may be: whoever holds it should have got it for this.
const exchangeAge = 15 * time.Minute

// Exchange takes a token of a live connection's provider, or of an issuer of workload tokens, in a person's or a job's name. A
// token counts once.
func (s *Service) Exchange(ctx context.Context, raw, tokenType, address string) (idp.Arrival, error) {
	if tokenType != typeIDToken && tokenType != typeJWT {
		return idp.Arrival{}, idp.Refuse("token_type", "only ID tokens and JWTs can be exchanged", "Send subject_token_type "+typeIDToken+" or "+typeJWT+".")
	}
	ctx, cancel := context.WithTimeout(ctx, outside)
	defer cancel()
	issuer := claimedIssuer(raw)
	refusal := idp.Refuse("issuer", "no connection accepts tokens of this issuer", "Ask your administrator to set the issuer up under Sign-in.")
	at := ""
	for _, c := range s.Directory.Connections() {
		if c.Stage != caller.StageLive && c.Stage != caller.StageStaging {
			continue
		}
		p, err := s.provider(&c)
		if err != nil || p.oidc == nil || issuer == "" || p.issuer() != issuer {
			continue
		}
		at = c.ID
		a, err := s.exchangeAt(ctx, p, raw, address)
		if err == nil {
			return *a, nil
		}
		if !errors.As(err, &refusal) {
			return idp.Arrival{}, err
		}
		if refusal.Reason != oidc.ReasonAudience && refusal.Reason != oidc.ReasonClaim {
			break // another connection of the same issuer is tried only where the token was meant for it
		}
	}
	return idp.Arrival{}, s.Directory.RefusedAt(ctx, at, "", address, refusal)
}

func (p *provider) issuer() string {
	if p.config.Workload != nil {
		return p.config.Workload.Issuer
	}
	return p.config.OIDC.Issuer
}

func (s *Service) exchangeAt(ctx context.Context, p *provider, raw, address string) (*idp.Arrival, error) {
	opt := oidc.TokenOptions{MaxAge: exchangeAge}
	if w := p.config.Workload; w != nil {
		opt.Audiences, opt.Claims = w.Audiences, w.Claims
	} else {
		opt.NoNonce = []string{p.config.OIDC.ClientID, p.config.OIDC.Audience}
		opt.Audiences = append([]string{p.config.OIDC.ClientID}, p.config.ExchangeAudiences...)
	}
	token, err := p.oidc.VerifyIDToken(ctx, raw, opt)
	if err != nil {
		return nil, err
	}
	digest := sha256.Sum256([]byte(raw))
	used, err := s.replays(p.of.ID).Seen(ctx, "token "+hex.EncodeToString(digest[:]), token.Expires.Add(time.Hour))
	if err != nil {
		return nil, err
	}
	if used {
		return nil, idp.Refuse("replay", "this token was exchanged before", "Ask the issuer for a new one.")
	}
	return s.Directory.Arrive(ctx, p.of.ID, token.Claims, address)
}

// claimedIssuer is the issuer that a token names, before anything of it is believed.
func claimedIssuer(raw string) string {
	parts := strings.Split(raw, ".")
	if len(parts) != 3 || len(raw) > 64<<10 {
		return ""
	}
	body, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil {
		return ""
	}
	var claims struct {
		Issuer string `json:"iss"`
	}
	if json.Unmarshal(body, &claims) != nil {
		return ""
	}
	return claims.Issuer
}
