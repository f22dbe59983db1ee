package identity

import (
	"encoding/json"
	"fmt"

	"ambit/server/caller"
)

// Admission is the part of a connection's configuration ("accounts") that says how its accounts become people.
type Admission struct {
	GroupsFrom      string   `json:"groups_from,omitempty"`      // claims (default), scim, none
	FixedGroups     []string `json:"fixed_groups,omitempty"`     // everybody who signs in there is in these too
	ProvisionedOnly bool     `json:"provisioned_only,omitempty"` // only those whom SCIM created may sign in
}

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
	a.FixedGroups, err = cleanGroups(a.FixedGroups)
	return err
}
