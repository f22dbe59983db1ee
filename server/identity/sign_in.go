package identity

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"ambit/db"
	"ambit/server/caller"
)

// SignIn checks e-mail and password. A wrong password, an unknown address and an account that has no password do the
// same work, take the same time and give the same answer.
func (s *Service) SignIn(ctx context.Context, email, password, address string) (caller.Challenge, error) {
	email = strings.ToLower(strings.TrimSpace(email))
	if err := s.limits.take(email, address, s.now()); err != nil {
		return caller.Challenge{}, err
	}
	if len(password) > maxPassword {
		password = password[:maxPassword] // it is wrong anyway; hashing all of it would be work for free
	}
	person := s.people.Load().byEmail[email]
	id := ""
	if person != nil && !person.Disabled {
		id = person.ID
	}
	owner, err := db.OwnerByPerson(ctx, s.db.Read(), id)
	if err != nil && !errors.Is(err, db.ErrNotFound) {
		return caller.Challenge{}, err
	}
	ok, err := s.passwords.check(ctx, password, owner.PasswordHash)
	if err != nil {
		return caller.Challenge{}, err
	}
	if !ok {
		return caller.Challenge{}, s.refused(ctx, person, address, "password", errSignIn)
	}
	return s.challenge(ctx, person, &owner)
}

func (s *Service) challenge(ctx context.Context, person *caller.Person, owner *db.OwnerRow) (caller.Challenge, error) {
	id, err := s.newSecret()
	if err != nil {
		return caller.Challenge{}, err
	}
	answer := caller.Challenge{ID: id}
	now := s.now()
	c := &challenge{personID: person.ID, until: now.Add(challengeLife), left: challengeAttempts}
	c.user = &passkeyUser{handle: owner.UserHandle, email: person.Email, name: person.Name}
	if c.user.credentials, err = s.passkeysOf(ctx, person.ID); err != nil {
		return caller.Challenge{}, err
	}
	if owner.TOTPSealed != nil {
		answer.Methods = append(answer.Methods, "totp")
	}
	if s.passkeys != nil && len(c.user.credentials) > 0 {
		options, session, err := s.passkeys.BeginLogin(c.user)
		if err != nil {
			return caller.Challenge{}, fmt.Errorf("begin passkey sign-in: %w", err)
		}
		c.login = session
		if answer.Passkey, err = json.Marshal(options); err != nil {
			return caller.Challenge{}, fmt.Errorf("write passkey options: %w", err)
		}
		answer.Methods = append(answer.Methods, "passkey")
	}
	answer.Methods = append(answer.Methods, "recovery")
	s.challenges.add(hashOf(id), c, now)
	return answer, nil
}
