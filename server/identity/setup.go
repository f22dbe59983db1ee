package identity

import (
	"context"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/url"

	"github.com/go-webauthn/webauthn/webauthn"

	"ambit/audit"
	"ambit/db"
	"ambit/server/caller"
)

// pendingOwner is the first owner before the second factor is proven. It lives in memory only: after a restart the
// set-up starts again, with a new link.
type pendingOwner struct {
	link         hash
	person       caller.Person
	passwordHash string
	totpSecret   string
	user         *passkeyUser
	registration *webauthn.SessionData
}

// SetupLink makes a new one-time link while no owner exists, and returns its URL; "" once an owner exists. A link that
// was printed before stops working.
func (s *Service) SetupLink(ctx context.Context) (string, error) {
	if !s.NeedsSetup() {
		return "", nil
	}
	secret, err := s.newSecret()
	if err != nil {
		return "", err
	}
	key := hashOf(secret)
	err = s.commit(ctx, func(tx *db.Tx) ([]*audit.Event, error) {
		by := &caller.Principal{Kind: caller.Local, Name: "server"}
		return []*audit.Event{changed("setup.link_created", by, "", "setup", "", nil, nil)}, db.ReplaceSetupLink(ctx, tx, key[:], s.now().UnixMilli())
	})
	if err != nil {
		return "", fmt.Errorf("make set-up link: %w", err)
	}
	link := *s.public
	link.Path, link.RawQuery = "/setup", url.Values{"token": {secret}}.Encode()
	return link.String(), nil
}

// StartSetup checks a set-up link without using it up.
func (s *Service) StartSetup(ctx context.Context, token, address string) error {
	_, err := s.checkLink(ctx, token, address)
	return err
}

func (s *Service) checkLink(ctx context.Context, token, address string) (hash, error) {
	key := hashOf(token)
	if err := s.limits.take("", address, s.now()); err != nil {
		return key, err
	}
	want, err := db.SetupLink(ctx, s.db.Read())
	if err != nil && !errors.Is(err, db.ErrNotFound) {
		return key, err
	}
	if subtle.ConstantTimeCompare(want, key[:]) != 1 || !s.NeedsSetup() {
		return key, s.refused(ctx, nil, address, "set-up link", errSetup)
	}
	return key, nil
}

// CreateOwner notes who the first owner will be and makes the secrets of the second factor. Until ConfirmOwner it may be
// repeated; the last one counts.
func (s *Service) CreateOwner(ctx context.Context, token string, want caller.NewOwner, address string) (caller.PendingOwner, error) {
	var none caller.PendingOwner
	key, err := s.checkLink(ctx, token, address)
	if err != nil {
		return none, err
	}
	p := &pendingOwner{link: key}
	if p.person.Email, err = cleanEmail(want.Email); err != nil {
		return none, err
	}
	if p.person.Name, err = cleanName(want.Name); err != nil {
		return none, err
	}
	if err := judgePassword(want.Password, p.person.Email); err != nil {
		return none, err
	}
	if p.passwordHash, err = s.passwords.hash(ctx, want.Password); err != nil {
		return none, err
	}
	if p.person.ID, err = s.newID("per_"); err != nil {
		return none, err
	}
	answer, err := s.secondFactors(p)
	if err != nil {
		return none, err
	}
	s.mu.Lock()
	s.pending = p
	s.mu.Unlock()
	return answer, nil
}

// secondFactors makes what an authenticator app and a passkey need.
func (s *Service) secondFactors(p *pendingOwner) (caller.PendingOwner, error) {
	var answer caller.PendingOwner
	key, err := newTOTP(s.rand, issuer(s.public), p.person.Email)
	if err != nil {
		return answer, err
	}
	p.totpSecret = key.Secret()
	answer.Secret, answer.OTPAuthURL = key.Secret(), key.URL()
	if answer.QRCode, err = qrSVG(key.URL()); err != nil {
		return answer, err
	}
	p.user = &passkeyUser{handle: make([]byte, 32), email: p.person.Email, name: p.person.Name}
	if _, err := io.ReadFull(s.rand, p.user.handle); err != nil {
		return answer, fmt.Errorf("read randomness: %w", err)
	}
	if s.passkeys == nil {
		return answer, nil
	}
	options, session, err := s.passkeys.BeginRegistration(p.user)
	if err != nil {
		return answer, fmt.Errorf("begin passkey registration: %w", err)
	}
	p.registration = session
	if answer.Passkey, err = json.Marshal(options); err != nil {
		return answer, fmt.Errorf("write passkey options: %w", err)
	}
	return answer, nil
}

// ConfirmOwner proves the second factor. The owner, the recovery codes and the first session come into being, and the
// set-up link ends, in one commit.
func (s *Service) ConfirmOwner(ctx context.Context, token string, proof caller.Proof, address string) (caller.SignedIn, []string, error) {
	key, err := s.checkLink(ctx, token, address)
	if err != nil {
		return caller.SignedIn{}, nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	p := s.pending
	if p == nil || p.link != key {
		return caller.SignedIn{}, nil, &Error{"invalid", "name the owner first", "Go back one step."}
	}
	owner := db.OwnerRow{PersonID: p.person.ID, PasswordHash: p.passwordHash, UserHandle: p.user.handle}
	var passkey *db.PasskeyRow
	switch {
	case proof.Code != "" && proof.Passkey == nil && proof.RecoveryCode == "":
		step, ok := totpStep(p.totpSecret, proof.Code, s.now(), 0)
		if !ok {
			return caller.SignedIn{}, nil, &Error{"invalid", "this code is wrong or too old", "Check that the clock of the phone is right, and enter the code that it shows now."}
		}
		owner.TOTPStep = step
		owner.TOTPSealed = s.box.Seal([]byte(p.totpSecret), []byte("totp "+p.person.ID))
	case proof.Passkey != nil && proof.Code == "" && proof.RecoveryCode == "":
		credential, err := s.registered(p.user, p.registration, proof.Passkey)
		if err != nil {
			return caller.SignedIn{}, nil, err
		}
		row, err := s.passkeyRow(p.person.ID, credential)
		if err != nil {
			return caller.SignedIn{}, nil, err
		}
		passkey = &row
	default:
		return caller.SignedIn{}, nil, errProof
	}
	return s.createOwner(ctx, p, &owner, passkey, address)
}

func (s *Service) createOwner(ctx context.Context, p *pendingOwner, owner *db.OwnerRow, passkey *db.PasskeyRow, address string) (caller.SignedIn, []string, error) {
	person, isNew := p.person, true
	person.Direct.Roles = []caller.Role{caller.Owner}
	person.Roles = person.Direct.Roles
	before := s.people.Load().byEmail[person.Email]
	if before != nil { // a token was bound to them before the set-up
		person.Direct.Groups, person.Groups, isNew = before.Direct.Groups, before.Groups, false
		if err := s.adopt(p, &person, owner, passkey, before.ID); err != nil {
			return caller.SignedIn{}, nil, err
		}
	}
	codes, hashes, err := s.newRecoveryCodes()
	if err != nil {
		return caller.SignedIn{}, nil, err
	}
	session, err := s.open(person.ID, "")
	if err != nil {
		return caller.SignedIn{}, nil, err
	}
	by := &caller.Principal{Kind: caller.Browser, Person: person.Email, Credential: session.row.ID}
	err = s.commit(ctx, func(tx *db.Tx) ([]*audit.Event, error) {
		if ok, err := db.UseSetupLink(ctx, tx, p.link[:]); err != nil || !ok {
			return nil, errors.Join(err, errSetup)
		}
		events, err := writePerson(ctx, tx, by, address, before, &person, isNew, s.now())
		if err != nil {
			return nil, err
		}
		if err := db.InsertOwner(ctx, tx, owner); err != nil {
			return nil, err
		}
		if passkey != nil {
			if err := db.InsertPasskey(ctx, tx, passkey); err != nil {
				return nil, err
			}
		}
		for _, h := range hashes {
			if err := db.InsertRecoveryCode(ctx, tx, person.ID, h); err != nil {
				return nil, err
			}
		}
		events = append(events, changed("owner.created", by, address, "owner", person.ID, nil, personView(&person)),
			signInEvent("person.signed_in", &person, address, session.row.ID, map[string]string{"method": "set-up"}))
		return events, session.write(ctx, tx)
	})
	if err != nil {
		return caller.SignedIn{}, nil, err
	}
	s.pending = nil
	if err := s.reloadPeople(ctx); err != nil {
		return caller.SignedIn{}, nil, err
	}
	s.limits.succeeded(person.Email, address)
	return s.opened(session, person), codes, nil
}

// adopt moves the pending owner's secrets to a person whom the directory knows already: they are sealed under the id.
func (s *Service) adopt(p *pendingOwner, person *caller.Person, owner *db.OwnerRow, passkey *db.PasskeyRow, id string) error {
	was := person.ID
	person.ID, owner.PersonID = id, id
	if owner.TOTPSealed != nil {
		owner.TOTPSealed = s.box.Seal([]byte(p.totpSecret), []byte("totp "+id))
	}
	if passkey == nil {
		return nil
	}
	plain, err := s.box.Open(passkey.Sealed, []byte("passkey "+was))
	if err != nil {
		return fmt.Errorf("open passkey: %w", err)
	}
	passkey.Sealed, passkey.PersonID = s.box.Seal(plain, []byte("passkey "+id)), id
	return nil
}
