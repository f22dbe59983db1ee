package audit

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"
)

// field is one member of the event as the schema describes it.
type field struct {
	path, typ, description, since string
	required                      bool
	example                       string
	meaning                       string // everything that a reader relies on, in one line
}

// node is a JSON Schema as far as the event's uses it.
type node struct {
	Type                 string
	Const                string
	Description          string
	Format               string
	Pattern              string
	Enum                 []string
	Minimum              *int64
	Required             []string
	Properties           map[string]node
	Items                *node
	AdditionalProperties *node
	Examples             []json.RawMessage
	Since                string `json:"x-since"`
}

func schemaFields(t *testing.T) []field {
	t.Helper()
	raw, err := os.ReadFile("../assets/schemas/audit-event-v1.json")
	if err != nil {
		t.Fatal(err)
	}
	var root node
	if err := json.Unmarshal(raw, &root); err != nil {
		t.Fatal(err)
	}
	var out []field
	var walk func(n *node, path string)
	walk = func(n *node, path string) {
		for _, name := range slices.Sorted(maps.Keys(n.Properties)) {
			p := n.Properties[name]
			f := field{path: strings.TrimPrefix(path+"."+name, "."), typ: typeOf(&p), description: p.Description, since: p.Since, required: slices.Contains(n.Required, name)}
			if len(p.Examples) > 0 {
				var compact bytes.Buffer
				if err := json.Compact(&compact, p.Examples[0]); err != nil {
					panic(err) // the schema was read before
				}
				f.example = compact.String()
			}
			sum := sha256.Sum256([]byte(p.Description))
			f.meaning = fmt.Sprintf("%s %s", f.path, f.typ)
			if f.required {
				f.meaning += " required"
			}
			if len(p.Enum) > 0 {
				f.meaning += " one-of:" + strings.Join(p.Enum, ",")
			}
			for name, v := range map[string]string{"const": p.Const, "format": p.Format, "pattern": p.Pattern} {
				if v != "" {
					f.meaning += " " + name + ":" + v
				}
			}
			f.meaning = sortedWords(f.meaning) + fmt.Sprintf(" says:%x", sum[:6])
			out = append(out, f)
			walk(&p, f.path)
			if p.Items != nil {
				walk(p.Items, f.path+"[]")
			}
		}
	}
	walk(&root, "")
	return out
}

// sortedWords puts what follows path and type into an order.
func sortedWords(s string) string {
	words := strings.Fields(s)
	slices.Sort(words[2:])
	return strings.Join(words, " ")
}

func typeOf(n *node) string {
	switch {
	case n.Const != "":
		return "string"
	case n.Type == "array" && n.Items != nil:
		return "array-of-" + typeOf(n.Items)
	case n.AdditionalProperties != nil:
		return "object-of-" + typeOf(n.AdditionalProperties)
	case n.Type == "":
		return "any"
	}
	return n.Type
}

// TestVersionOneKeepsItsPromise fails when a field of v1 disappears, or changes its type, its values or its meaning (the
// description's hash stands for that). AMBIT_UPDATE_GOLDEN takes up new fields; it never takes a promise back. A description
// whose words change and whose meaning doesn't is edited in the file by hand, for a reviewer to see.
func TestVersionOneKeepsItsPromise(t *testing.T) {
	const path = "testdata/schema-v1.fields"
	raw, err := os.ReadFile(path)
	if err != nil && os.Getenv("AMBIT_UPDATE_GOLDEN") == "" {
		t.Fatal(err)
	}
	promised := strings.Split(strings.TrimSpace(string(raw)), "\n")
	if len(raw) == 0 {
		promised = nil
	}
	now := map[string]string{}
	for _, f := range schemaFields(t) {
		now[f.path] = f.meaning
	}
	for _, line := range promised {
		name, _, _ := strings.Cut(line, " ")
		have, there := now[name]
		switch {
		case !there:
			t.Errorf("v1 promised the field %s, and it is gone", name)
		case have != line:
			t.Errorf("v1 promised\n  %s\nand the schema says\n  %s", line, have)
		}
		delete(now, name)
	}
	if len(now) == 0 {
		return
	}
	if os.Getenv("AMBIT_UPDATE_GOLDEN") == "" {
		t.Errorf("new fields are not promised yet: %v; run the test with AMBIT_UPDATE_GOLDEN=1", slices.Sorted(maps.Keys(now)))
		return
	}
	for _, meaning := range now {
		promised = append(promised, meaning)
	}
	slices.Sort(promised)
	if err := os.WriteFile(path, []byte(strings.Join(promised, "\n")+"\n"), 0o644); err != nil {
		t.Fatal(err)
	}
}

const (
	fieldsBegin = "<!-- fields: written by the tests of package audit (AMBIT_UPDATE_GOLDEN=1) -->"
	fieldsEnd   = "<!-- end of fields -->"
)

// TestDocsNameEveryFieldAndType holds docs/audit-schema.md to the schema, and to the types of events.
func TestDocsNameEveryFieldAndType(t *testing.T) {
	const path = "../docs/audit-schema.md"
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, ok := strings.Cut(string(raw), fieldsBegin)
	_, after, closed := strings.Cut(rest, fieldsEnd)
	if !ok || !closed {
		t.Fatalf("%s has lost the marks around its table of fields", path)
	}
	var table strings.Builder
	table.WriteString("\n| field | type | what it says | example | since |\n|---|---|---|---|---|\n")
	for _, f := range schemaFields(t) {
		if f.description == "" || f.example == "" || f.since == "" {
			t.Errorf("%s lacks a description, an example or since when it is there", f.path)
		}
		name := "`" + f.path + "`"
		if f.required {
			name += " *"
		}
		cell := func(s string) string { return strings.ReplaceAll(s, "|", `\|`) }
		fmt.Fprintf(&table, "| %s | %s | %s | `%s` | %s |\n", name, strings.ReplaceAll(f.typ, "-", " "), cell(f.description), cell(strings.ReplaceAll(f.example, "`", "'")), f.since)
	}
	golden(t, path, before+fieldsBegin+table.String()+fieldsEnd+after)
	for i := range kinds {
		if !strings.Contains(before, "`"+kinds[i].name+"`") {
			t.Errorf("%s doesn't name the type %s", path, kinds[i].name)
		}
	}
}

// Every example of the schema fits the field that it is an example of.
func TestExamplesFitTheirFields(t *testing.T) {
	s := schema(t)
	for _, f := range schemaFields(t) {
		if strings.Contains(f.path, ".") || strings.Contains(f.path, "[]") {
			continue // shown as part of the whole field
		}
		base := map[string]any{"schema": Schema, "id": "evt_1", "seq": 1, "time": "2026-11-22T05:30:16.248Z", "type": "a.b", "phase": "admin", "actor": map[string]any{"user": "ada"}}
		base[f.path] = json.RawMessage(f.example)
		text, err := json.Marshal(base)
		if err != nil {
			t.Fatal(err)
		}
		mustValidate(t, s, string(text))
	}
}
