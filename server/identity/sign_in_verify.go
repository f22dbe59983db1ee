package identity

import (
	"context"
	"errors"
	"fmt"

	"ambit/audit"
	"ambit/db"
	"ambit/server/caller"
)

// errReplay rolls back a commit whose one-time proof is wrong or was used before.
var errReplay = errors.New("proof used before")

// VerifySignIn checks the second factor and opens a session. The session that the browser had before ends with it.
func (s *Service) VerifySignIn(ctx context.Context, challengeID string, proof caller.Proof, oldCookie, address string) (caller.SignedIn, error) {
	now, key := s.now(), hashOf(challengeID)
	c := s.challenges.take(key, now)
	if c == nil {
		if err := s.limits.take("", address, now); err != nil {
			return caller.SignedIn{}, err
		}
		return caller.SignedIn{}, s.refused(ctx, nil, address, "challenge", errSignIn)
	}
	if err := s.limits.take(c.user.email, address, now); err != nil {
		s.challenges.giveBack(key, c)
		return caller.SignedIn{}, err
	}
	person := s.people.Load().byID[c.personID]
	if person == nil || person.Disabled {
		return caller.SignedIn{}, s.refused(ctx, person, address, "disabled", errSignIn)
	}
	use, method, err := s.prove(ctx, c, proof)
	if err != nil {
		s.challenges.giveBack(key, c)
		return caller.SignedIn{}, err
	}
	if use == nil {
		s.challenges.giveBack(key, c)
		return caller.SignedIn{}, s.refused(ctx, person, address, method, errSignIn)
	}
	signed, err := s.signIn(ctx, person, method, use, oldCookie, address)
	if errors.Is(err, errReplay) {
		s.challenges.giveBack(key, c)
		return caller.SignedIn{}, s.refused(ctx, person, address, method, errSignIn)
	}
	return signed, err
}

// useProof uses a one-time proof up, in the transaction that opens the session.
type useProof func(ctx context.Context, tx *db.Tx) (bool, error)

// prove checks a second factor; a nil useProof says that it is wrong.
func (s *Service) prove(ctx context.Context, c *challenge, proof caller.Proof) (use useProof, method string, err error) {
	given := 0
	for _, is := range []bool{proof.Code != "", proof.RecoveryCode != "", proof.Passkey != nil} {
		if is {
			given++
		}
	}
	switch {
	case given != 1:
		return nil, "", errProof
	case proof.Code != "":
		use, err = s.proveTOTP(ctx, c, proof.Code)
		return use, "totp", err
	case proof.RecoveryCode != "":
		mac, now := s.recoveryHash(proof.RecoveryCode), s.now().UnixMilli()
		return func(ctx context.Context, tx *db.Tx) (bool, error) {
			return db.UseRecoveryCode(ctx, tx, c.personID, mac, now)
		}, "recovery", nil
	default:
		credential := s.asserted(c.user, c.login, proof.Passkey)
		if credential == nil {
			return nil, "passkey", nil
		}
		row, err := s.passkeyRow(c.personID, credential)
		return func(ctx context.Context, tx *db.Tx) (bool, error) {
			return true, db.UpdatePasskey(ctx, tx, row.ID, row.Sealed)
		}, "passkey", err
	}
}

func (s *Service) proveTOTP(ctx context.Context, c *challenge, code string) (useProof, error) {
	owner, err := db.OwnerByPerson(ctx, s.db.Read(), c.personID)
	if err != nil {
		return nil, err
	}
	if owner.TOTPSealed == nil {
		return nil, nil
	}
	secret, err := s.box.Open(owner.TOTPSealed, []byte("totp "+c.personID))
	if err != nil {
		return nil, fmt.Errorf("open totp secret: %w", err)
	}
	step, ok := totpStep(string(secret), code, s.now(), owner.TOTPStep)
	if !ok {
		return nil, nil
	}
	return func(ctx context.Context, tx *db.Tx) (bool, error) { return db.AdvanceTOTP(ctx, tx, c.personID, step) }, nil
}

// signIn opens a session and uses the proof up, in one commit with the event.
func (s *Service) signIn(ctx context.Context, person *caller.Person, method string, use useProof, oldCookie, address string) (caller.SignedIn, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	session, err := s.open(person.ID, oldCookie)
	if err != nil {
		return caller.SignedIn{}, err
	}
	err = s.commit(ctx, func(tx *db.Tx) ([]*audit.Event, error) {
		if ok, err := use(ctx, tx); err != nil || !ok {
			if err == nil {
				err = errReplay
			}
			return nil, err
		}
		events := []*audit.Event{signInEvent("person.signed_in", person, address, session.row.ID, map[string]string{"method": method})}
		if method != "demo" && s.people.Load().signsIn() {
			alarm := signInEvent("owner.signed_in", person, address, session.row.ID, map[string]string{"method": method})
			alarm.Phase = audit.PhaseIntegrity
			events = append(events, alarm)
		}
		return events, session.write(ctx, tx)
	})
	if err != nil {
		return caller.SignedIn{}, err
	}
	s.limits.succeeded(person.Email, address)
	return s.opened(session, *person), nil
}
