package identity

import (
	"encoding/json"
	"slices"
	"testing"

	"ambit/server/caller"
	"ambit/server/identity/idp"
)

// guardedHouse has a group that gives security admin, one that makes reviewers, and people of either kind.
func guardedHouse(t *testing.T) (h *house, ina, sue *idp.Arrival) {
	t.Helper()
	h = newHouse(t)
	h.connect("okta", caller.StageLive, nil)
	for group, role := range map[string]caller.Role{"sec-admins": caller.SecurityAdmin, "reviewers": caller.Reviewer, "id-admins": caller.IdentityAdmin} {
		_, err := h.AddRoleRule(t.Context(), olga(), caller.RoleRule{Group: group, Role: role}, "")
		must(t, err)
	}
	return h, h.arrive("okta", said("1", "ina@acme.test", "id-admins")), h.arrive("okta", said("2", "sue@acme.test", "sec-admins"))
}

// TestNobodyGivesGroupsWithARoleTheyLack ensures that a person's direct groups are no way around the limit on role rules.
func TestNobodyGivesGroupsWithARoleTheyLack(t *testing.T) {
	h, _, _ := guardedHouse(t)
	for name, tc := range map[string]struct {
		by     *caller.Principal
		person string
		groups []string
		ok     bool
	}{
		"a role of one's own":             {admin, "ina@acme.test", []string{"id-admins"}, true},
		"a role that any admin may give":  {admin, "ina@acme.test", []string{"reviewers"}, true},
		"a role that the caller lacks":    {admin, "ina@acme.test", []string{"reviewers", "sec-admins"}, false},
		"… to somebody new":               {admin, "new@acme.test", []string{"sec-admins"}, false},
		"somebody who has more":           {admin, "sue@acme.test", []string{}, true}, // nothing changes
		"somebody who has more, a change": {admin, "sue@acme.test", []string{"staff"}, false},
		"by an owner":                     {olga(), "ina@acme.test", []string{"sec-admins"}, true},
		"by whoever has the data folder":  {local, "sue@acme.test", []string{"staff"}, true},
	} {
		t.Run(name, func(t *testing.T) {
			h, _, _ := guardedHouse(t)
			_, _, err := h.CreateToken(t.Context(), tc.by, caller.NewToken{Name: "x", Scopes: decide, Person: tc.person, Groups: tc.groups})
			if tc.ok {
				must(t, err)
				return
			}
			mustRefuse(t, err, "forbidden")
			if p := h.Person(tc.person); p != nil && len(p.Direct.Groups) != 0 {
				t.Errorf("direct groups %v", p.Direct.Groups)
			}
		})
	}
	_, _, err := h.CreateToken(t.Context(), admin, caller.NewToken{Name: "x", Scopes: decide, Person: "sue@acme.test"})
	must(t, err) // without groups nothing about her changes
}

func TestNobodyLinksUpToARoleTheyLack(t *testing.T) {
	h, ina, sue := guardedHouse(t)
	mustRefuse(t, h.LinkAccount(t.Context(), admin, ina.AccountID, sue.PersonID, ""), "forbidden") // become her
	mustRefuse(t, h.LinkAccount(t.Context(), admin, sue.AccountID, ina.PersonID, ""), "forbidden") // take her groups
	rey := h.arrive("okta", said("3", "rey@acme.test", "reviewers"))
	must(t, h.LinkAccount(t.Context(), admin, rey.AccountID, ina.PersonID, ""))
	must(t, h.LinkAccount(t.Context(), olga(), ina.AccountID, sue.PersonID, ""))
}

func TestNobodyFixesGroupsWithARoleTheyLack(t *testing.T) {
	h, _, _ := guardedHouse(t)
	fixed := func(groups string) json.RawMessage {
		return json.RawMessage(`{"accounts":{"fixed_groups":[` + groups + `]}}`)
	}
	mine := &caller.Connection{ID: "mine", Kind: caller.KindOIDC, Name: "Mine", Config: fixed(`"sec-admins"`)}
	mustRefuse(t, h.CreateConnection(t.Context(), admin, mine, ""), "forbidden")
	mine.Config = fixed(`"staff","reviewers"`)
	must(t, h.CreateConnection(t.Context(), admin, mine, ""))
	c := *h.Connection("mine")
	c.Config = fixed(`"sec-admins"`)
	mustRefuse(t, h.UpdateConnection(t.Context(), admin, &c, nil, ""), "forbidden")
	must(t, h.UpdateConnection(t.Context(), olga(), &c, nil, ""))
	c.Name = "Renamed"
	must(t, h.UpdateConnection(t.Context(), admin, &c, nil, "")) // what was fixed before is no new gift
	if got, _ := AdmissionOf(h.Connection("mine")); !slices.Equal(got.FixedGroups, []string{"sec-admins"}) {
		t.Errorf("fixed groups %v", got.FixedGroups)
	}
}
