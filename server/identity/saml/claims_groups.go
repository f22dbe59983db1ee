package saml

import (
	"slices"
	"strings"

	"ambit/server/identity/idp"
)

// groupsLink is what Entra ID sends instead of more than 150 groups.
const groupsLink = "http://schemas.microsoft.com/claims/groups.link"

const maxGroup = 200 // characters of a group's name, as the directory bounds them

// groups reads the list of groups. No attribute is no knowledge; an attribute without values is an empty list.
func (p *Provider) groups(attrs attributes, notes *noteBook) ([]string, idp.GroupsState, error) {
	if p.cfg.GroupsAttribute == "" {
		notes.add("groups_attribute", "No attribute for groups is named, so groups are unknown.", "Name it, or let SCIM supply the groups.")
		return nil, idp.GroupsAbsent, nil
	}
	found, err := attrs.one(p.cfg.GroupsAttribute, "groups_attribute")
	if err != nil {
		return nil, "", err
	}
	if found == nil {
		if attrs.has(groupsLink) {
			notes.add("groups_attribute", "The person has more groups than the identity provider sends.",
				"Let it send only the groups assigned to this application, or let SCIM supply them.")
			return nil, idp.GroupsTruncated, nil
		}
		notes.add("groups_attribute", "The response has no attribute by the name under groups, so groups are unknown.",
			"Correct the name, let the identity provider send it, or let SCIM supply the groups. Some providers leave the attribute out for people without groups.")
		return nil, idp.GroupsAbsent, nil
	}
	groups := []string{}
	for _, v := range found.values {
		if v.complex {
			return nil, "", ambiguous("groups_attribute", "has values that are not plain text")
		}
		pieces := []string{v.text}
		if p.cfg.GroupsSeparator != "" {
			pieces = strings.Split(v.text, p.cfg.GroupsSeparator)
		}
		for _, g := range pieces {
			g = strings.TrimSpace(g) // a name that differs in white space only would miss the layer that restricts it
			switch {
			case g == "":
			case len(g) > maxGroup || hasControl(g):
				return nil, "", ambiguous("groups_attribute", "has a value that is no name of a group")
			default:
				groups = append(groups, g)
			}
		}
	}
	slices.Sort(groups)
	groups = slices.Compact(groups)
	if p.cfg.GroupsSeparator == "" && len(groups) == 1 && strings.ContainsAny(groups[0], ",;") {
		notes.add("groups_separator", "The only group has a comma or semicolon in its name.", "If the identity provider joins groups in one value, set the separator.")
	}
	return groups, idp.GroupsKnown, nil
}
