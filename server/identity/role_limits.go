package identity

import (
	"slices"

	"ambit/server/caller"
)

// guarded are the roles that nobody hands out without having them; the others are any admin of people's to give.
var guarded = []caller.Role{caller.Owner, caller.IdentityAdmin, caller.SecurityAdmin, caller.PlatformAdmin}

// judgeRoles refuses a change that touches a guarded role which the caller doesn't have. Whoever has the data folder has it all.
func judgeRoles(by *caller.Principal, roles []caller.Role) error {
	if by.Kind == caller.Local {
		return nil
	}
	for _, role := range roles {
		if slices.Contains(guarded, role) && !by.HasRole(role) {
			return forbidden("this concerns the role "+string(role)+", which you don't have", "Ask an owner, or somebody who has that role.")
		}
	}
	return nil
}

// judgeGroups refuses groups for a person where they would give, or the person already has, a guarded role that the caller lacks.
func (d *directory) judgeGroups(by *caller.Principal, p *caller.Person, groups []string) error {
	groups = slices.Sorted(slices.Values(groups))
	gained, _ := d.rolesOf(p.Roles, groups)
	return judgeRoles(by, gained)
}

// judgeFixedGroups refuses groups that a connection newly gives to everybody where they would give a guarded role that the caller
// lacks.
func (d *directory) judgeFixedGroups(by *caller.Principal, have, next *caller.Connection) error {
	admission, err := AdmissionOf(next)
	if err != nil {
		return err
	}
	added := admission.FixedGroups
	if have != nil {
		before := d.admissions[have.ID].FixedGroups
		added = slices.DeleteFunc(added, func(group string) bool { return slices.Contains(before, group) })
	}
	return d.judgeGroups(by, &caller.Person{}, added)
}
