package identity

import (
	"context"
	"slices"

	"ambit/audit"
	"ambit/db"
	"ambit/server/caller"
)

// LinkAccount gives an account to another person: an admin says that both are the same one. What was opened through it ends. A
// person who is left with no account, direct group or role is disabled: nothing may be asked in that name any more.
func (s *Service) LinkAccount(ctx context.Context, by *caller.Principal, accountID, personID, address string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	d := s.people.Load()
	account, target := d.accounts[accountID], d.byID[personID]
	switch {
	case account == nil:
		return &Error{"not_found", "there is no such account", ""}
	case target == nil:
		return errNoPerson
	case target.Disabled:
		return &Error{"conflict", target.Email + " is disabled", "Enable the person first."}
	case account.PersonID == personID:
		return nil
	}
	was := d.byID[account.PersonID]
	if (hasOwner(target) || hasOwner(was)) && !by.HasRole(caller.Owner) {
		return forbidden("only an owner may link an owner's accounts", "")
	}
	// The account's owner becomes the target, and the target gets the account's groups.
	if err := d.judgeGroups(by, target, slices.Concat(target.Groups, accountOf(d, account).Groups)); err != nil {
		return err
	}
	next := *account
	next.PersonID, next.UpdatedAt = personID, s.now().UnixMilli()
	left := *was
	left.Barred = left.Barred || len(was.Accounts) == 1 && len(was.Direct.Groups) == 0 && len(was.Direct.Roles) == 0
	_, err := s.endSessions(ctx, func(r *db.SessionRow) bool { return r.AccountID == accountID }, func([]*db.SessionRow) []*audit.Event {
		return []*audit.Event{changed("account.linked", by, address, "account", accountID, accountView(account, was.Email), accountView(&next, target.Email))}
	}, func(tx *db.Tx) error {
		if left.Barred != was.Barred {
			row := rowOf(&left, s.now())
			if err := db.UpdatePerson(ctx, tx, &row); err != nil {
				return err
			}
		}
		if err := s.endCredentialsAt(ctx, account.Connection, accountID, "", account.Subject)(tx); err != nil {
			return err
		}
		return db.UpdateAccount(ctx, tx, &next)
	})
	if err != nil {
		return err
	}
	return s.reloadPeople(ctx)
}

func hasOwner(p *caller.Person) bool {
	for _, r := range p.Direct.Roles {
		if r == caller.Owner {
			return true
		}
	}
	return false
}
