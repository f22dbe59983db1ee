package oidc

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"ambit/server/identity/idp"
)

const (
	maxGroups      = 5000
	groupNameLimit = 512 // bytes; distinguished names are long
)

// groupsOf takes the list from the ID token, which is signed for us, or else from the userinfo answer. Unknown in both is
// unknown; cut off in either is cut off, unless the other has the whole list.
func (c *Config) groupsOf(idToken, info map[string]any) ([]string, idp.GroupsState, error) {
	groups, state, err := c.groups(idToken)
	if err != nil || state == idp.GroupsKnown || info == nil {
		return groups, state, err
	}
	more, other, err := c.groups(info)
	if err != nil || other != idp.GroupsAbsent {
		return more, other, err
	}
	return nil, state, nil
}

// groups reads the groups claim of one source. Absent (also null, OpenID Connect Core §5.3.2) and referred to elsewhere are
// unknown; an empty list is known to be empty.
func (c *Config) groups(claims map[string]any) ([]string, idp.GroupsState, error) {
	if c.overage(claims) {
		return nil, idp.GroupsTruncated, nil
	}
	value, _ := lookup(claims, c.GroupsClaim)
	var list []any
	switch v := value.(type) {
	case nil:
		return nil, idp.GroupsAbsent, nil
	case []any:
		list = v
	case string:
		if !c.GroupsString {
			return nil, "", badGroups("the groups claim is a text, not a list", "Let the provider send a list (Keycloak: Multivalued on), or set groups_string to take a text for one group.")
		}
		list = []any{v}
	default:
		return nil, "", badGroups("the groups claim is neither a list nor a text", "Name the claim that holds the list of groups.")
	}
	if len(list) > maxGroups {
		return nil, "", badGroups(fmt.Sprintf("the groups claim has more than %d groups", maxGroups), "Let the provider send only groups that matter to Ambit, or supply them by SCIM.")
	}
	groups, seen := make([]string, 0, len(list)), make(map[string]bool, len(list))
	for _, item := range list {
		name, ok := item.(string)
		if !ok || !plain(name, groupNameLimit) {
			return nil, "", badGroups("a member of the groups claim is no name", "Let the provider send the groups' names or IDs as texts.")
		}
		if !seen[name] {
			seen[name] = true
			groups = append(groups, name)
		}
	}
	return groups, idp.GroupsKnown, nil
}

// overage reports whether a provider says that the list is elsewhere because it is too long: by distributed or aggregated
// claims (OpenID Connect Core §5.6.2), as Entra ID does, or by hasgroups, as Entra ID does where URLs would get too long.
func (c *Config) overage(claims map[string]any) bool {
	if names, ok := claims["_claim_names"].(map[string]any); ok {
		if _, elsewhere := names[c.GroupsClaim]; elsewhere {
			return true
		}
	}
	has := claims["hasgroups"]
	return c.GroupsClaim == "groups" && (has == true || has == "true")
}

func badGroups(message, remedy string) *idp.Refusal {
	return idp.Refuse(ReasonGroupsMalformed, message, remedy).About("groups_claim")
}

var objectID = regexp.MustCompile(`^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`)

// groupNotes tell an admin what to look at in the list.
func (c *Config) groupNotes(claims *idp.Claims) []idp.Note {
	note := func(message, hint string) []idp.Note {
		return []idp.Note{{Field: "groups_claim", Message: message, Hint: hint}}
	}
	name := clean(c.GroupsClaim, 60)
	switch {
	case claims.GroupsState == idp.GroupsTruncated:
		return note("The person is in too many groups for a token, so their groups are unknown.",
			"Entra ID: under Token configuration emit only groups assigned to the application; or supply groups by SCIM.")
	case claims.GroupsState == idp.GroupsAbsent && c.Issuer == issuerGoogle:
		return note("Google sends no groups by OpenID Connect.", "Supply them by SCIM, or connect Google Workspace by SAML with groups as an attribute.")
	case claims.GroupsState == idp.GroupsAbsent:
		if others := c.likelyGroups(claims.Raw); len(others) > 0 {
			return note("There is no claim "+name+", but "+strings.Join(others, ", ")+" looks like a list of groups.", "Set groups_claim to it if it is.")
		}
		return note("There is no claim "+name+", so the person's groups are unknown.", "Let the provider send groups to this application, ask for the scope that brings them, or supply groups by SCIM.")
	case slices.ContainsFunc(claims.Groups, objectID.MatchString):
		return note("Groups are object IDs, not names.", "Write the IDs in policies, or let Entra ID emit names (sAMAccountName, or cloud-only display names).")
	case slices.ContainsFunc(claims.Groups, func(g string) bool { return strings.HasPrefix(g, "/") }):
		return note("Groups begin with a slash.", "Keycloak: switch Full group path off in the mapper, or write the paths in policies.")
	case len(claims.Groups) == 0:
		return note("The provider says that the person is in no group.", "")
	}
	return nil
}

// likelyGroups names claims that look like a list of groups, one level into objects at the most.
func (c *Config) likelyGroups(claims map[string]any) []string {
	var found []string
	looks := func(name string, value any) bool {
		list, ok := value.([]any)
		lower := strings.ToLower(name)
		named := strings.Contains(lower, "group") || strings.Contains(lower, "role") || strings.Contains(lower, "memberof")
		return ok && named && allStrings(list) && name != c.GroupsClaim
	}
	for _, name := range slices.Sorted(maps.Keys(claims)) {
		if looks(name, claims[name]) {
			found = append(found, clean(name, 60))
		}
		if inner, ok := claims[name].(map[string]any); ok && !strings.HasPrefix(name, "_") {
			for _, sub := range slices.Sorted(maps.Keys(inner)) {
				if looks(sub, inner[sub]) {
					found = append(found, clean(name+"."+sub, 60))
				}
			}
		}
	}
	return found[:min(len(found), 5)]
}

func allStrings(list []any) bool {
	return !slices.ContainsFunc(list, func(item any) bool { _, ok := item.(string); return !ok })
}
