package caller_test

import (
	"flag"
	"os"
	"strings"
	"testing"

	"ambit/server/caller"
)

var update = flag.Bool("update", false, "write the table of roles into docs/people.md")

// tasks are what people do in the console, each with the operations that it takes.
var tasks = []struct {
	what       string
	operations []string
}{
	{"Search the audit ledger, export, verify", []string{"searchEvents", "exportEvents", "exportBundle", "verifyLedger"}},
	{"Read recorded prompts", []string{"readPrompt"}},
	{"Read the policy, try actions against it", []string{"getPolicy", "tryAction"}},
	{"Publish a policy", []string{"publishPolicy"}},
	{"See people, groups, connections and devices; preview", []string{"listPeople", "getPerson", "listGroups", "listConnections", "getConnection", "listSCIMTokens", "listCredentials", "previewPerson"}},
	{"Cut off a person, a device, a session or everybody; disable a person", []string{"cutOffPerson", "cutOffEverybody", "cutOffCredential", "revokePersonCredentials", "endSession", "disablePerson"}},
	{"Enable a person; link accounts", []string{"enablePerson", "linkAccount"}},
	{"Give and take console roles by group (an admin role only by whoever has it)", []string{"addRoleRule", "deleteRoleRule"}},
	{"Add, change, test, promote and delete connections", []string{"createConnection", "updateConnection", "inspectConnection", "getTestSignIn", "stageConnection", "deleteConnection", "rollConnectionKeys"}},
	{"Create and revoke SCIM tokens", []string{"createSCIMToken", "revokeSCIMToken"}},
	{"Create and revoke API tokens", []string{"createToken", "revokeToken"}},
	{"See the status", []string{"getStatus"}},
}

var columns = []struct {
	role caller.Role
	name string
}{
	{caller.Owner, "Owner"},
	{caller.IdentityAdmin, "Identity admin"},
	{caller.SecurityAdmin, "Security admin"},
	{caller.PlatformAdmin, "Platform admin"},
	{caller.Manager, "Engineering manager"},
	{caller.Reviewer, "Reviewer"},
	{caller.Auditor, "Auditor"},
}

// TestTheTableOfRolesIsTheTableOfRoutes ensures that docs/people.md says who may do what as the routes have it.
func TestTheTableOfRolesIsTheTableOfRoutes(t *testing.T) {
	const file, begin, end = "../../docs/people.md", "<!-- roles: made by `go test ./server/caller -update` -->\n", "<!-- end of roles -->"
	raw, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, ok := strings.Cut(string(raw), begin)
	old, after, okEnd := strings.Cut(rest, end)
	if !ok || !okEnd {
		t.Fatalf("%s has no place for the table of roles", file)
	}
	table := tableOfRoles(t)
	if *update {
		if err := os.WriteFile(file, []byte(before+begin+table+end+after), 0o644); err != nil { //nolint:gosec // a document
			t.Fatal(err)
		}
	} else if old != table {
		t.Errorf("the table in %s is not what the routes say; run `go test ./server/caller -update`:\n%s", file, table)
	}
}

func tableOfRoles(t *testing.T) string {
	t.Helper()
	routes := map[string]caller.Access{}
	for _, r := range caller.Routes() {
		routes[r.ID] = r.Access
	}
	var b strings.Builder
	b.WriteString("| |")
	for _, c := range columns {
		b.WriteString(" " + c.name + " |")
	}
	b.WriteString("\n|---|" + strings.Repeat("---|", len(columns)) + "\n")
	for _, task := range tasks {
		b.WriteString("| " + task.what + " |")
		for _, c := range columns {
			may := 0
			for _, id := range task.operations {
				access, known := routes[id]
				if !known {
					t.Fatalf("there is no operation %s", id)
				}
				if access.Admit(&caller.Principal{Kind: caller.Browser, Roles: []caller.Role{c.role}}) == caller.Admitted {
					may++
				}
			}
			switch may {
			case 0:
				b.WriteString(" |")
			case len(task.operations):
				b.WriteString(" yes |")
			default:
				t.Errorf("%s may do only a part of %q: the line covers too much", c.name, task.what)
			}
		}
		b.WriteString("\n")
	}
	return b.String()
}
