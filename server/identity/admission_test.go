package identity

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"ambit/audit"
	"ambit/db"
	"ambit/server/caller"
)

func TestAcceptedGroupNames(t *testing.T) {
	for _, tc := range []struct {
		pattern string
		name    string
		want    bool
	}{
		{"eng", "eng", true},
		{"eng", "Eng", false}, // groups are told apart by case everywhere
		{"eng", "eng-senior", false},
		{"eng-*", "eng-senior", true},
		{"eng-*", "eng-", true},
		{"eng-*", "my-eng-x", false},
		{"*-admins", "sec-admins", true},
		{"*-admins", "sec-admins-not", false},
		{"a*b*c", "a-b-b-c", true},
		{"a*b*c", "a-c-b", false},
		{"ab*ba", "aba", false}, // the ends may not overlap
		{"*", "", true},
		{"**", "x", true},
	} {
		if got := fits(tc.pattern, tc.name); got != tc.want {
			t.Errorf("%q for %q: %v", tc.pattern, tc.name, got)
		}
	}
}

func TestAdmissionCheck(t *testing.T) {
	for field, a := range map[string]Admission{
		"":                         {AcceptedGroups: []string{"contractor-*"}, FixedGroups: []string{"staff"}},
		"accounts.groups_from":     {GroupsFrom: "rumour"},
		"accounts.accepted_groups": {AcceptedGroups: []string{" "}},
		"accounts.fixed_groups":    {FixedGroups: []string{strings.Repeat("x", 201)}},
	} {
		found := a.Check()
		if (field == "") != (len(found) == 0) || len(found) > 0 && (found[0].Field != field || found[0].Remedy == "") {
			t.Errorf("%s: %+v", field, found)
		}
	}
	if found := (Admission{AcceptedGroups: slices.Repeat([]string{"x"}, 501)}).Check(); len(found) != 1 {
		t.Errorf("501 names: %+v", found)
	}
}

// TestAConnectionSpeaksForItsOwnGroups ensures that a group outside the accepted ones gives nothing, whichever way it came.
func TestAConnectionSpeaksForItsOwnGroups(t *testing.T) {
	h := newHouse(t)
	_, err := h.AddRoleRule(t.Context(), olga(), caller.RoleRule{Group: "sec-admins", Role: caller.SecurityAdmin}, "")
	must(t, err)
	h.connect("partner", caller.StageLive, func(c *caller.Connection) {
		c.Config = json.RawMessage(`{"accounts":{"fixed_groups":["partners"],"accepted_groups":["contractor-*"]}}`)
	})
	claims := said("1", "pia@acme.test", "sec-admins", "contractor-night", "partners-all")
	if p := h.Preview("partner", claims); !slices.Equal(p.Groups, []string{"contractor-night", "partners"}) || !slices.Equal(p.Dropped, []string{"sec-admins", "partners-all"}) || len(p.Roles) != 0 {
		t.Errorf("by claims: %+v", p)
	}
	h.arrive("partner", claims)
	groups := func(want ...string) {
		t.Helper()
		h.consistent()
		if p := h.Person("pia@acme.test"); !slices.Equal(p.Groups, want) || len(p.Roles) != 0 || p.GroupsUnknown {
			t.Errorf("groups %v, want %v; roles %v", p.Groups, want, p.Roles)
		}
	}
	groups("contractor-night", "partners")
	by := h.provisioner("partner")
	u := h.provision(by, scimUser("pia", "1", "pia@acme.test"))
	h.group(by, "sec-admins", u.ID)
	h.group(by, "contractor-day", u.ID)
	groups("contractor-day")
	if p := h.Preview("partner", claims); !slices.Equal(p.Dropped, []string{"sec-admins"}) {
		t.Errorf("by SCIM: %+v", p)
	}
	// A name that is struck off counts no more at once, and not only from the next sign-in on.
	c := *h.Connection("partner")
	c.Config = json.RawMessage(`{"accounts":{"accepted_groups":["contractor-night"]}}`)
	must(t, h.UpdateConnection(t.Context(), olga(), &c, nil, ""))
	groups()
}

// TestSettingsThatCantBeReadMakeGroupsUnknown ensures that whoever is signed in keeps no groups that nothing bounds any more.
func TestSettingsThatCantBeReadMakeGroupsUnknown(t *testing.T) {
	h := newHouse(t)
	h.connect("okta", caller.StageLive, nil)
	h.arrive("okta", said("1", "ada@acme.test", "engineers"))
	must(t, h.commit(t.Context(), func(tx *db.Tx) ([]*audit.Event, error) {
		row := h.stored.connections[0]
		row.Config = `{"accounts":{"accepted_groups":[" "]}}`
		return nil, db.UpdateConnection(t.Context(), tx, &row)
	}))
	must(t, h.reloadPeople(t.Context()))
	if p := h.Person("ada@acme.test"); len(p.Groups) != 0 || !p.GroupsUnknown {
		t.Errorf("groups %v, unknown %v", p.Groups, p.GroupsUnknown)
	}
}
