package identity

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"ambit/server/caller"
	"ambit/server/identity/idp"
)

// Admission is the part of a connection's configuration ("accounts") that says how its accounts become people.
type Admission struct {
	GroupsFrom      string   `json:"groups_from,omitempty"`      // claims (default), scim, none
	FixedGroups     []string `json:"fixed_groups,omitempty"`     // everybody who signs in there is in these too
	AcceptedGroups  []string `json:"accepted_groups,omitempty"`  // names that the connection may send, * for any text; all where empty
	ProvisionedOnly bool     `json:"provisioned_only,omitempty"` // only those whom SCIM created may sign in
}

// maxGroupNames bounds how many names of groups a connection may list.
const maxGroupNames = 500

// Where a connection's groups come from.
const (
	GroupsFromClaims = "claims" // of each sign-in; a sign-in that doesn't bring them is refused
	GroupsFromSCIM   = "scim"   // provisioned; claims don't count
	GroupsFromNone   = "none"   // an admin says that there are none
)

// AdmissionOf reads the part of a connection's configuration that says how its accounts become people.
func AdmissionOf(c *caller.Connection) (Admission, error) {
	var config struct {
		Accounts Admission `json:"accounts"`
	}
	if err := json.Unmarshal(c.Config, &config); err != nil {
		return config.Accounts, fmt.Errorf("read the configuration of connection %s: %w", c.ID, err)
	}
	return config.Accounts, config.Accounts.check()
}

func (a *Admission) check() (err error) {
	switch a.GroupsFrom {
	case "":
		a.GroupsFrom = GroupsFromClaims
	case GroupsFromClaims, GroupsFromSCIM, GroupsFromNone:
	default:
		return &Error{"invalid", "accounts.groups_from: there is no source " + a.GroupsFrom, "Sources: claims, scim, none."}
	}
	if a.FixedGroups, err = cleanGroups(a.FixedGroups); err != nil {
		return err
	}
	a.AcceptedGroups, err = cleanGroups(a.AcceptedGroups)
	return err
}

// Check returns what is wrong with the part, each finding with its field and a remedy.
func (a Admission) Check() []*idp.Refusal {
	var found []*idp.Refusal
	refuse := func(field, message, remedy string) {
		found = append(found, idp.Refuse(idp.ReasonConfiguration, message, remedy).About("accounts."+field))
	}
	switch a.GroupsFrom {
	case "", GroupsFromClaims, GroupsFromSCIM, GroupsFromNone:
	default:
		refuse("groups_from", "there is no such source of groups", "Use claims, scim or none.")
	}
	for _, list := range []struct {
		field string
		names []string
	}{{"fixed_groups", a.FixedGroups}, {"accepted_groups", a.AcceptedGroups}} {
		if len(list.names) > maxGroupNames {
			refuse(list.field, fmt.Sprintf("there are more than %d names", maxGroupNames), "Name fewer groups; in accepted_groups * stands for any text, as in ambit-*.")
		}
		if _, err := cleanGroups(list.names); err != nil {
			refuse(list.field, err.Error(), "Write each group's name as the identity provider sends it.")
		}
	}
	return found
}

// accept parts groups that a provider sends in those that count and those that this connection isn't trusted with. What an admin
// fixed counts in any case.
func (a *Admission) accept(groups []string) (counting, dropped []string) {
	if len(a.AcceptedGroups) == 0 {
		return groups, nil
	}
	return split(groups, func(group *string) bool {
		return !slices.Contains(a.FixedGroups, *group) && !slices.ContainsFunc(a.AcceptedGroups, func(pattern string) bool { return fits(pattern, *group) })
	})
}

// fits reports whether a name is that of a pattern, in which * stands for any text.
func fits(pattern, name string) bool {
	first, rest, wild := strings.Cut(pattern, "*")
	if !wild {
		return pattern == name
	}
	if !strings.HasPrefix(name, first) {
		return false
	}
	name = name[len(first):]
	parts := strings.Split(rest, "*")
	for _, part := range parts[:len(parts)-1] { // each as early as it can be, which leaves most to the next
		at := strings.Index(name, part)
		if at < 0 {
			return false
		}
		name = name[at+len(part):]
	}
	return strings.HasSuffix(name, parts[len(parts)-1])
}
