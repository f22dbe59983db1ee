package identity

import (
	"context"
	"encoding/json"
	"fmt"
	"net/netip"
	"net/url"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/webauthn"

	"ambit/db"
)

// newPasskeys prepares WebAuthn for the console's address; nil where browsers refuse passkeys: on an IP address, and on
// plain http other than localhost (Web Authentication Level 3, section 5.1.3).
func newPasskeys(public *url.URL) (*webauthn.WebAuthn, error) {
	host := public.Hostname()
	if _, err := netip.ParseAddr(host); err == nil || public.Scheme != "https" && host != "localhost" {
		return nil, nil
	}
	w, err := webauthn.New(&webauthn.Config{
		RPID: host, RPDisplayName: issuer(public), RPOrigins: []string{public.Scheme + "://" + public.Host},
		AttestationPreference: protocol.PreferNoAttestation,
		AuthenticatorSelection: protocol.AuthenticatorSelection{
			ResidentKey: protocol.ResidentKeyRequirementDiscouraged, UserVerification: protocol.VerificationPreferred,
		},
	})
	if err != nil {
		return nil, fmt.Errorf("prepare passkeys: %w", err)
	}
	return w, nil
}

// passkeyUser is an account as WebAuthn sees it.
type passkeyUser struct {
	handle      []byte
	email, name string
	credentials []webauthn.Credential
}

func (u *passkeyUser) WebAuthnID() []byte                         { return u.handle }
func (u *passkeyUser) WebAuthnName() string                       { return u.email }
func (u *passkeyUser) WebAuthnDisplayName() string                { return u.name }
func (u *passkeyUser) WebAuthnCredentials() []webauthn.Credential { return u.credentials }

// passkeyRow seals a credential record for a person.
func (s *Service) passkeyRow(personID string, c *webauthn.Credential) (db.PasskeyRow, error) {
	plain, err := json.Marshal(c)
	if err != nil {
		return db.PasskeyRow{}, fmt.Errorf("write passkey: %w", err)
	}
	sealed := s.box.Seal(plain, []byte("passkey "+personID))
	return db.PasskeyRow{ID: c.ID, PersonID: personID, Sealed: sealed, CreatedAt: s.now().UnixMilli()}, nil
}

// passkeysOf opens a person's credential records.
func (s *Service) passkeysOf(ctx context.Context, personID string) ([]webauthn.Credential, error) {
	rows, err := db.PasskeysOf(ctx, s.db.Read(), personID)
	if err != nil {
		return nil, err
	}
	credentials := make([]webauthn.Credential, len(rows))
	for i := range rows {
		plain, err := s.box.Open(rows[i].Sealed, []byte("passkey "+personID))
		if err != nil {
			return nil, fmt.Errorf("open passkey: %w", err)
		}
		if err := json.Unmarshal(plain, &credentials[i]); err != nil {
			return nil, fmt.Errorf("read passkey: %w", err)
		}
	}
	return credentials, nil
}

// registered checks a browser's answer to creation options. Any refusal of the library is a wrong proof.
func (s *Service) registered(u *passkeyUser, session *webauthn.SessionData, answer json.RawMessage) (*webauthn.Credential, error) {
	if s.passkeys == nil || session == nil {
		return nil, errPasskeys
	}
	parsed, err := protocol.ParseCredentialCreationResponseBytes(answer)
	if err != nil {
		return nil, &Error{"invalid", "the browser's passkey can't be read", "Try again, or use an authenticator app."}
	}
	c, err := s.passkeys.CreateCredential(u, *session, parsed)
	if err != nil {
		return nil, &Error{"invalid", "the browser's passkey was not accepted", "Try again, or use an authenticator app."}
	}
	return c, nil
}

// asserted checks a browser's answer to request options and returns the credential with its new counter; nil where the
// answer is wrong. A counter that went back tells of a copied authenticator.
func (s *Service) asserted(u *passkeyUser, session *webauthn.SessionData, answer json.RawMessage) *webauthn.Credential {
	if s.passkeys == nil || session == nil {
		return nil
	}
	parsed, err := protocol.ParseCredentialRequestResponseBytes(answer)
	if err != nil {
		return nil
	}
	c, err := s.passkeys.ValidateLogin(u, *session, parsed)
	if err != nil || c.Authenticator.CloneWarning {
		return nil
	}
	return c
}
