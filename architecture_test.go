package main

import (
	"encoding/json"
	"os/exec"
	"path"
	"slices"
	"strings"
	"testing"
)

// floors lists, for each package of ours, which others it may import. A pattern ending in /... means the package and
// everything below it. ARCHITECTURE.md draws the same picture.
var floors = map[string][]string{
	".":                  {"cli"},
	"cli":                {"server/...", "agent/...", "policy/...", "audit/...", "db/...", "assets"},
	"agent":              {"agent/claudecode", "policy/..."},
	"agent/claudecode":   {"policy/..."},
	"server":             {"server/...", "audit/...", "db/...", "policy/...", "agent/claudecode", "assets"},
	"server/caller":      {},
	"server/problem":     {},
	"server/limit":       {},
	"server/demo":        {"server/caller", "server/problem", "server/identity", "server/policystore", "server/decision", "audit/...", "db/...", "policy/...", "agent/claudecode", "assets"},
	"server/console":     {"server/caller", "server/problem", "audit/...", "db", "policy/...", "assets"},
	"server/decision":    {"server/caller", "server/problem", "audit/...", "policy/...", "agent/claudecode"},
	"server/policystore": {"server/caller", "server/problem", "audit", "db", "policy"},
	"server/identity":    {"server/caller", "server/problem", "server/limit", "server/identity/idp", "audit", "db", "db/seal", "policy"},

	"server/identity/idp":   {},
	"server/identity/oidc":  {"server/identity/idp"},
	"server/identity/saml":  {"server/identity/idp"},
	"server/identity/sso":   {"server/caller", "server/problem", "server/limit", "server/identity", "server/identity/idp", "server/identity/oidc", "server/identity/saml", "audit", "audit/egress", "db", "db/seal"},
	"server/identity/oauth": {"server/caller", "server/problem", "server/limit", "server/identity/idp", "audit", "db", "db/seal"},
	"server/identity/scim":  {"server/caller", "server/problem", "server/identity/idp", "audit", "db"},

	"audit/egress": {},
	"audit/ocsf":   {"audit", "policy"},
	"audit/backup": {"audit", "db", "db/seal"},
	"audit/bundle": {"audit", "audit/ocsf"},
	"audit/sink":   {"audit", "audit/ocsf", "audit/egress", "audit/mask", "db", "db/seal", "assets"},
	"audit":        {"audit/mask", "db", "db/seal", "policy", "assets"},
	"audit/mask":   {},
	"db":           {"db/seal"},
	"db/seal":      {},
	"policy":       {"policy/shell", "policy/paths"},
	"policy/shell": {"policy/paths"},
	"policy/paths": {},
	"assets":       {},
}

// homes lists third-party packages that only one part of the house may touch.
var homes = map[string][]string{
	"github.com/gofiber/fiber":        {"server"},
	"github.com/valyala/fasthttp":     {"server"},
	"github.com/mattn/go-sqlite3":     {"db"},
	"database/sql":                    {"db"},
	"github.com/coreos/go-oidc":       {"server/identity"},
	"github.com/crewjam/saml":         {"server/identity"},
	"github.com/go-webauthn/webauthn": {"server/identity"},
	"mvdan.cc/sh":                     {"policy/shell"},
	"golang.org/x/mod/sumdb":          {"audit"},
	"github.com/alecthomas/kong":      {"cli"},
	"github.com/prometheus":           {"server"},
	"github.com/pressly/goose":        {"db"},
	"github.com/goccy/go-yaml":        {"policy"},
	"github.com/santhosh-tekuri":      {}, // tests only
	"github.com/rogpeppe/go-internal": {}, // tests only
}

type listed struct {
	ImportPath string
	Imports    []string
}

func goList(t *testing.T, args ...string) []listed {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "go", append([]string{"list", "-json=ImportPath,Imports"}, args...)...).Output()
	if err != nil {
		t.Fatalf("go list %v: %v", args, err)
	}
	var all []listed
	for dec := json.NewDecoder(strings.NewReader(string(out))); dec.More(); {
		var l listed
		if err := dec.Decode(&l); err != nil {
			t.Fatal(err)
		}
		all = append(all, l)
	}
	return all
}

func under(pkg, root string) bool { return pkg == root || strings.HasPrefix(pkg, root+"/") }

func allowed(pkg string, patterns []string) bool {
	return slices.ContainsFunc(patterns, func(p string) bool {
		if root, ok := strings.CutSuffix(p, "/..."); ok {
			return under(pkg, root)
		}
		return pkg == p
	})
}

// TestArrowsPointDown ensures that every import between our packages is one that the house allows.
func TestArrowsPointDown(t *testing.T) {
	for _, l := range goList(t, "./...") {
		from := path.Clean(strings.TrimPrefix(strings.TrimPrefix(l.ImportPath, "ambit"), "/"))
		if under(from, "e2e") || under(from, "bench") {
			continue // they drive the product from outside
		}
		may, known := floors[from]
		if !known {
			t.Errorf("package %s has no place in the house: add it to floors and to ARCHITECTURE.md", from)
			continue
		}
		for _, imp := range l.Imports {
			if to, ours := strings.CutPrefix(imp, "ambit/"); ours && !allowed(to, may) {
				t.Errorf("%s imports %s: the arrow does not point down", from, to)
			}
			for lib, where := range homes {
				if under(imp, lib) && !slices.ContainsFunc(where, func(w string) bool { return under(from, w) }) {
					t.Errorf("%s imports %s, which belongs to %v only", from, imp, where)
				}
			}
		}
	}
}

// TestClientReachesNoServer ensures that the client build holds neither the server's packages nor cgo's driver.
func TestClientReachesNoServer(t *testing.T) {
	t.Setenv("GOFLAGS", "-tags=client")
	t.Setenv("CGO_ENABLED", "0")
	for _, l := range goList(t, "-deps", ".") {
		for _, banned := range []string{
			"ambit/server", "ambit/audit", "ambit/db", "github.com/gofiber", "github.com/valyala", "github.com/mattn/go-sqlite3",
			"github.com/coreos/go-oidc", "github.com/crewjam/saml", "github.com/prometheus", "database/sql",
		} {
			if under(l.ImportPath, banned) {
				t.Errorf("the client build reaches %s", l.ImportPath)
			}
		}
	}
}

// TestPolicyIsPure ensures that the policy packages can reach neither network, processes nor a clock of their own choosing.
func TestPolicyIsPure(t *testing.T) {
	for _, l := range goList(t, "./policy/...") {
		for _, imp := range l.Imports {
			for _, banned := range []string{"net", "net/http", "os/exec", "database/sql", "math/rand", "crypto/rand", "log", "log/slog"} {
				if imp == banned {
					t.Errorf("%s imports %s: policy is pure", l.ImportPath, imp)
				}
			}
		}
	}
}
