package oidc

import (
	"testing"
	"time"

	"ambit/server/identity/idp"
)

// TestRefresh ensures that a provider that vouches again says so, with a new refresh token and what it says of the person.
func TestRefresh(t *testing.T) {
	for name, c := range map[string]struct {
		change  func(*scene)
		subject string // "" for no claims
		token   string
	}{
		"rotated, with ID token":            {func(*scene) {}, "00u1", refreshToken},
		"not rotated":                       {func(s *scene) { s.response["refresh_token"] = nil }, "00u1", "old-refresh-token"},
		"no ID token, userinfo":             {func(s *scene) { s.response["id_token"] = nil }, "00u1", refreshToken},
		"no ID token, no userinfo":          {func(s *scene) { s.response["id_token"] = nil; delete(s.discovery, "userinfo_endpoint") }, "", refreshToken},
		"no ID token, userinfo down":        {func(s *scene) { s.response["id_token"] = nil; s.answer["/userinfo"] = status(500, "", "") }, "", refreshToken},
		"no ID token, another subject's":    {func(s *scene) { s.response["id_token"] = nil; s.cfg.SubjectClaim = "oid" }, "", refreshToken},
		"another person: for the caller":    {func(s *scene) { s.claims["sub"] = "00u2" }, "00u2", refreshToken},
		"ID token with a nonce of long ago": {func(s *scene) { s.claims["nonce"] = "of the first sign-in" }, "00u1", refreshToken},
	} {
		t.Run(name, func(t *testing.T) {
			s := newScene(t)
			c.change(s)
			claims, standing, err := s.relyingParty().Refresh(t.Context(), "old-refresh-token")
			if err != nil {
				t.Fatal(err)
			}
			if !standing.Vouched || standing.RefreshToken != c.token {
				t.Errorf("standing %+v", standing)
			}
			subject := ""
			if claims != nil {
				subject = claims.Subject
			}
			if subject != c.subject {
				t.Errorf("subject %q, want %q", subject, c.subject)
			}
			if s.form["grant_type"] != "refresh_token" || s.form["refresh_token"] != "old-refresh-token" {
				t.Errorf("asked with %v", s.form)
			}
		})
	}
}

// TestRefreshRefused ensures that a refusal of the person is told from trouble: only the former cuts somebody off at once.
func TestRefreshRefused(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*scene)
		reason string
	}{
		"revoked":                     {func(s *scene) { s.grant(400, "invalid_grant") }, idp.ReasonRevoked},
		"revoked with 401":            {func(s *scene) { s.grant(401, "invalid_grant") }, idp.ReasonRevoked},
		"must sign in again":          {func(s *scene) { s.grant(400, "interaction_required") }, idp.ReasonRevoked},
		"denied":                      {func(s *scene) { s.grant(403, "access_denied") }, idp.ReasonRevoked},
		"down":                        {func(s *scene) { s.answer["/token"] = status(503, "text/html", "") }, idp.ReasonUnreachable},
		"down with a word of revoked": {func(s *scene) { s.grant(503, "invalid_grant") }, idp.ReasonUnreachable},
		"had enough":                  {func(s *scene) { s.answer["/token"] = status(429, "text/html", "") }, idp.ReasonUnreachable},
		"a proxy's page":              {func(s *scene) { s.answer["/token"] = status(200, "text/html", "<html>") }, idp.ReasonUnreachable},
		"a proxy's refusal":           {func(s *scene) { s.answer["/token"] = status(403, "text/html", "<html>") }, idp.ReasonUnreachable},
		"a redirect":                  {func(s *scene) { s.answer["/token"] = leadTo("/evil") }, idp.ReasonUnreachable},
		"gone":                        {func(s *scene) { s.Close() }, idp.ReasonUnreachable},
		"discovery down":              {func(s *scene) { s.discover(status(500, "", "")) }, idp.ReasonUnreachable},
		"secret expired":              {func(s *scene) { s.grant(401, "invalid_client") }, idp.ReasonConfiguration},
		"ID token of another issuer":  {func(s *scene) { s.claims["iss"] = "https://evil.test" }, ReasonIssuer},
		"ID token for another":        {func(s *scene) { s.claims["aud"] = "other" }, ReasonAudience},
		"ID token expired":            {func(s *scene) { s.claims["exp"] = start.Add(-time.Hour).Unix() }, ReasonExpired},
		"ID token signed by another":  {func(s *scene) { s.signer = otherRSA() }, ReasonSignature},
		"another type of token":       {func(s *scene) { s.response["token_type"] = "mac" }, ReasonTokenResponse},
		"groups malformed":            {func(s *scene) { s.claims["groups"] = 1 }, ReasonGroupsMalformed},
	} {
		t.Run(name, func(t *testing.T) {
			s := newScene(t)
			c.change(s)
			claims, standing, err := s.relyingParty().Refresh(t.Context(), refreshToken)
			mustReason(t, s.checked(err, nil), c.reason)
			if standing.Vouched || claims != nil {
				t.Error("the person counts all the same")
			}
		})
	}
	t.Run("the new refresh token outlives a bad ID token", func(t *testing.T) {
		s := newScene(t)
		s.claims["aud"] = "other"
		_, standing, _ := s.relyingParty().Refresh(t.Context(), "old-refresh-token")
		if standing.RefreshToken != refreshToken {
			t.Errorf("%+v", standing)
		}
	})
	t.Run("no refresh token", func(t *testing.T) {
		s := newScene(t)
		if _, standing, err := s.relyingParty().Refresh(t.Context(), ""); err != nil || standing.Vouched || s.count("/token") != 0 {
			t.Error(standing, err)
		}
	})
}
