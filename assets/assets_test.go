package assets

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path"
	"strings"
	"testing"
)

// remedy is what to do when the committed console isn't built from the sources beside it.
const remedy = "run `make ui` and commit assets/dist with the change"

func TestConsoleIsBuiltFromItsSources(t *testing.T) {
	ui := os.DirFS("../ui")
	var manifest struct {
		Sources map[string]string `json:"sources"`
	}
	raw, err := fs.ReadFile(Dist(), "manifest.json")
	if err != nil {
		t.Fatalf("read the console's manifest: %v; %s", err, remedy)
	}
	if err := json.Unmarshal(raw, &manifest); err != nil {
		t.Fatalf("parse the console's manifest: %v; %s", err, remedy)
	}
	sources := sourceHashes(t, ui)
	for name, sum := range sources {
		if built, ok := manifest.Sources[name]; !ok {
			t.Errorf("ui/%s is newer than the committed console: %s", name, remedy)
		} else if built != sum {
			t.Errorf("ui/%s changed since the committed console was built: %s", name, remedy)
		}
	}
	for name := range manifest.Sources {
		if _, ok := sources[name]; !ok {
			t.Errorf("ui/%s is gone, and the committed console was built with it: %s", name, remedy)
		}
	}
}

// sourceHashes mirrors ui/scripts/manifest.mjs.
func sourceHashes(t *testing.T, ui fs.FS) map[string]string {
	t.Helper()
	sums := map[string]string{}
	add := func(name string) {
		content, err := fs.ReadFile(ui, name)
		if err != nil {
			t.Fatalf("read a source of the console: %v", err)
		}
		sum := sha256.Sum256(content)
		sums[name] = hex.EncodeToString(sum[:])
	}
	for _, name := range []string{"biome.json", "index.html", "package.json", "package-lock.json", "tsconfig.json", "vite.config.ts"} {
		add(name)
	}
	for _, folder := range []string{"public", "scripts", "src"} {
		err := fs.WalkDir(ui, folder, func(name string, entry fs.DirEntry, err error) error {
			if err == nil && !entry.IsDir() {
				add(name)
			}
			return err
		})
		if err != nil {
			t.Fatalf("walk the sources of the console: %v", err)
		}
	}
	return sums
}

func TestConsoleCarriesTheNoncePlaceholderInItsPageOnly(t *testing.T) {
	const placeholder = "__CSP_NONCE__"
	err := fs.WalkDir(Dist(), ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		content, err := fs.ReadFile(Dist(), name)
		if err != nil {
			return err
		}
		if found := bytes.Contains(content, []byte(placeholder)); found != (name == "index.html") {
			t.Errorf("%s: contains the nonce's placeholder: %v", name, found)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestPageNamesFilesThatExistAndLetsNoInlineCodeWithoutNonce(t *testing.T) {
	page, err := fs.ReadFile(Dist(), "index.html")
	if err != nil {
		t.Fatalf("read the console's page: %v; %s", err, remedy)
	}
	html := string(page)
	for _, attribute := range []string{`src="/`, `href="/`} {
		for rest := html; ; {
			_, after, ok := strings.Cut(rest, attribute)
			if !ok {
				break
			}
			name, tail, _ := strings.Cut(after, `"`)
			if _, err := fs.Stat(Dist(), path.Clean(name)); errors.Is(err, fs.ErrNotExist) {
				t.Errorf("index.html names /%s, which the build doesn't hold", name)
			}
			rest = tail
		}
	}
	for _, tag := range []string{"<script", "<style"} {
		for _, part := range strings.Split(html, tag)[1:] {
			if head, _, _ := strings.Cut(part, ">"); !strings.Contains(head, `nonce="__CSP_NONCE__"`) {
				t.Errorf("index.html has %s%s> without a nonce: the Content-Security-Policy would block it", tag, head)
			}
		}
	}
}

func TestPacksAndSchemasAreEmbedded(t *testing.T) {
	for _, name := range []string{"observe.yaml", "standard.yaml", "regulated.yaml", "contractor.yaml"} {
		if _, err := fs.Stat(Packs(), name); err != nil {
			t.Errorf("starter pack: %v", err)
		}
	}
	for _, name := range []string{"policy-v1.json", "audit-event-v1.json"} {
		content, err := fs.ReadFile(Schemas(), name)
		if err != nil {
			t.Errorf("schema: %v", err)
		} else if !json.Valid(content) {
			t.Errorf("schema %s is not JSON", name)
		}
	}
}
