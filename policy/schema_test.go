package policy

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

const schemaFile = "../assets/schemas/policy-v1.json"

func mustSchema(t *testing.T) *jsonschema.Schema {
	t.Helper()
	c := jsonschema.NewCompiler()
	s, err := c.Compile(schemaFile)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func mustRead(t testing.TB, file string) []byte {
	t.Helper()
	src, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return src
}

// validate holds a document, as JSON, against the published schema.
func validate(t *testing.T, s *jsonschema.Schema, d *Document) error {
	t.Helper()
	text, err := json.Marshal(d)
	if err != nil {
		t.Fatal(err)
	}
	v, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	return s.Validate(v)
}

// packRoot and packHome are where the sessions of these tests run.
var packResource = Resource{
	Repository: "github.com/acme/app", Root: "/home/ada/src/app", Cwd: "/home/ada/src/app", Home: "/home/ada", Tmp: "/tmp/ada",
	Platform: "linux", CaseSensitive: true,
}

func TestPacksLoadAndMatchTheSchema(t *testing.T) {
	s := mustSchema(t)
	files, err := filepath.Glob("../assets/packs/*.yaml")
	if err != nil || len(files) != 4 {
		t.Fatal(files, err)
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			p, problems := Load(filepath.Base(file), mustRead(t, file))
			if len(problems) > 0 {
				t.Fatal(problems)
			}
			if err := validate(t, s, p.Document()); err != nil {
				t.Error(err)
			}
			base := p.Document().Layers[0]
			v := reflect.ValueOf(base)
			for i := range v.NumField() {
				if f := v.Field(i); f.Kind() == reflect.Pointer && f.IsNil() && v.Type().Field(i).Name != "Match" {
					t.Errorf("the base layer doesn't mention %s", jsonKey(v.Type().Field(i)))
				}
			}
			if x := base.Shell.Examples; x == nil || len(x.Allow) == 0 || len(x.Deny) == 0 {
				t.Error("the pack has no examples")
			}
			if _, reread := Load("again.json", mustMarshal(t, p.Document())); len(reread) > 0 {
				t.Errorf("the pack as JSON: %v", reread)
			}
		})
	}
}

func mustMarshal(t *testing.T, v any) []byte {
	t.Helper()
	text, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// TestSchemaAndTypesAgree compares the keys of every mapping in the schema with those of the Go type that reads it.
func TestSchemaAndTypesAgree(t *testing.T) {
	var schema map[string]any
	if err := json.Unmarshal(mustRead(t, schemaFile), &schema); err != nil {
		t.Fatal(err)
	}
	compareKeys(t, schema, schema, reflect.TypeFor[Document](), "document")
}

func compareKeys(t *testing.T, root, schema map[string]any, typ reflect.Type, at string) {
	t.Helper()
	if ref, ok := schema["$ref"].(string); ok {
		schema = root["$defs"].(map[string]any)[strings.TrimPrefix(ref, "#/$defs/")].(map[string]any)
	}
	if alternatives, ok := schema["oneOf"].([]any); ok {
		schema = alternatives[len(alternatives)-1].(map[string]any)
	}
	for typ.Kind() == reflect.Pointer {
		typ = typ.Elem()
	}
	if typ.Kind() == reflect.Slice {
		if schema["type"] != "array" {
			t.Errorf("%s: a list in Go, %v in the schema", at, schema["type"])
			return
		}
		compareKeys(t, root, schema["items"].(map[string]any), typ.Elem(), at+"[]")
		return
	}
	properties, isObject := schema["properties"].(map[string]any)
	if typ.Kind() != reflect.Struct || typ == reflect.TypeFor[Until]() {
		if isObject {
			t.Errorf("%s: a mapping in the schema, %s in Go", at, typ)
		}
		return
	}
	if schema["additionalProperties"] != false {
		t.Errorf("%s: the schema accepts unknown keys", at)
	}
	var want []string
	for key := range properties {
		want = append(want, key)
	}
	got := keysOf(typ)
	slices.Sort(want)
	sortedGot := slices.Sorted(slices.Values(got))
	if !slices.Equal(want, sortedGot) {
		t.Errorf("%s: the schema has the keys %v, Go %v", at, want, sortedGot)
		return
	}
	for _, key := range got {
		property := properties[key].(map[string]any)
		if property["description"] == nil && property["$ref"] == nil && property["items"] == nil {
			t.Errorf("%s.%s has no description", at, key)
		}
		compareKeys(t, root, property, typ.Field(fieldOf(typ, key)).Type, at+"."+key)
	}
}

// TestSchemaRefusesWhatParseRefuses keeps editors from calling good what the server refuses.
func TestSchemaRefusesWhatParseRefuses(t *testing.T) {
	s := mustSchema(t)
	for _, text := range []string{
		`{"version": 2, "tiers": [{"name": "a", "groups": ["*"]}], "layers": [{"name": "b"}]}`,
		`{"version": 1, "tiers": [], "layers": [{"name": "b"}]}`,
		`{"version": 1, "tiers": [{"name": "a", "groups": ["*"]}], "layers": []}`,
		`{"version": 1, "tiers": [{"name": "a", "groups": ["*"]}], "layers": [{"name": "b", "colour": "red"}]}`,
		`{"version": 1, "tiers": [{"name": "a", "groups": ["*"]}], "layers": [{"name": "b", "caching": {"mode": "ttl", "ttl": "9m"}}]}`,
		`{"version": 1, "tiers": [{"name": "a", "groups": ["*"]}], "layers": [{"name": "b", "approval": {"edits": "maybe"}}]}`,
	} {
		v, err := jsonschema.UnmarshalJSON(strings.NewReader(text))
		if err != nil {
			t.Fatal(err)
		}
		if s.Validate(v) == nil {
			t.Errorf("the schema accepts %s", text)
		}
		if _, problems := Load("x.json", []byte(text)); !problems.Errors() {
			t.Errorf("Load accepts %s", text)
		}
	}
}
