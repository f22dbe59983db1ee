package identity

import (
	"context"
	"slices"

	"ambit/audit"
	"ambit/db"
	"ambit/server/caller"
)

// RoleRules returns which groups give which console roles, by group. The slice is shared: don't change it.
func (s *Service) RoleRules() []caller.RoleRule { return s.people.Load().rules }

// AddRoleRule gives a console role to the members of a group. Nobody hands out a role that they don't have themselves, and the
// owner's role comes from no group: it belongs to the break-glass account.
func (s *Service) AddRoleRule(ctx context.Context, by *caller.Principal, rule caller.RoleRule, address string) (caller.RoleRule, error) {
	groups, err := cleanGroups([]string{rule.Group})
	if err != nil {
		return rule, err
	}
	rule.Group = groups[0]
	if err := judgeRoleRule(by, &rule); err != nil {
		return rule, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, have := range s.people.Load().rules {
		if have.Group == rule.Group && have.Role == rule.Role && slices.Equal(have.Repositories, rule.Repositories) {
			return rule, &Error{"exists", "that group has that role already", ""}
		}
	}
	now := s.now()
	if rule.ID, err = s.newID("rule_"); err != nil {
		return rule, err
	}
	rule.CreatedAt, rule.CreatedBy = now.UTC(), by.Who()
	row := db.RoleRuleRow{
		ID: rule.ID, Group: rule.Group, Role: string(rule.Role), Repositories: rule.Repositories, CreatedAt: now.UnixMilli(), CreatedBy: rule.CreatedBy,
	}
	err = s.commit(ctx, func(tx *db.Tx) ([]*audit.Event, error) {
		return []*audit.Event{changed("role_rule.created", by, address, "role_rule", rule.ID, nil, ruleView(&rule))}, db.InsertRoleRule(ctx, tx, &row)
	})
	if err != nil {
		return rule, err
	}
	return rule, s.reloadPeople(ctx)
}

func judgeRoleRule(by *caller.Principal, rule *caller.RoleRule) error {
	switch rule.Role {
	case caller.Owner:
		return forbidden("the owner's role comes from no group", "It belongs to the account that was made at set-up, for when single sign-on fails.")
	case caller.IdentityAdmin, caller.SecurityAdmin, caller.PlatformAdmin:
		if err := judgeRoles(by, []caller.Role{rule.Role}); err != nil {
			return err
		}
	case caller.Manager:
		if len(rule.Repositories) == 0 {
			return &Error{"invalid", "an engineering manager manages named repositories", "Name them, such as github.com/acme/payments*."}
		}
	case caller.Reviewer, caller.Auditor:
	default:
		return &Error{"invalid", "there is no role " + string(rule.Role), "Roles: identity_admin, security_admin, platform_admin, engineering_manager, reviewer, auditor."}
	}
	if rule.Role != caller.Manager && len(rule.Repositories) > 0 {
		return invalid("only an engineering manager's role is for named repositories")
	}
	for _, r := range rule.Repositories {
		if r == "" || len(r) > 300 {
			return invalid("a repository's name has 1 to 300 characters")
		}
	}
	return nil
}

// DeleteRoleRule takes a role from a group. Sessions lose it at once.
func (s *Service) DeleteRoleRule(ctx context.Context, by *caller.Principal, id, address string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	rules := s.people.Load().rules
	at := slices.IndexFunc(rules, func(r caller.RoleRule) bool { return r.ID == id })
	if at < 0 {
		return &Error{"not_found", "there is no such rule", ""}
	}
	err := s.commit(ctx, func(tx *db.Tx) ([]*audit.Event, error) {
		return []*audit.Event{changed("role_rule.deleted", by, address, "role_rule", id, ruleView(&rules[at]), nil)}, db.DeleteRoleRule(ctx, tx, id)
	})
	if err != nil {
		return err
	}
	return s.reloadPeople(ctx)
}

type ruleRecord struct {
	Group        string      `json:"group"`
	Role         caller.Role `json:"role"`
	Repositories []string    `json:"repositories,omitempty"`
}

func ruleView(r *caller.RoleRule) ruleRecord {
	return ruleRecord{Group: r.Group, Role: r.Role, Repositories: r.Repositories}
}
