package console_test

import (
	"bytes"
	"encoding/json"
	"os"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"ambit/server/caller"
	"ambit/server/console"
)

// document is openapi.json as far as the tests look into it.
type document struct {
	OpenAPI string                          `json:"openapi"`
	Paths   map[string]map[string]operation `json:"paths"`
}

type operation struct {
	ID         string `json:"operationId"`
	Summary    string `json:"summary"`
	Parameters []struct {
		Name, In string
		Required bool
	} `json:"parameters"`
	RequestBody *struct {
		Content map[string]json.RawMessage `json:"content"`
	} `json:"requestBody"`
	Responses map[string]struct {
		Content map[string]json.RawMessage `json:"content"`
	} `json:"responses"`
}

func load(t *testing.T) document {
	t.Helper()
	raw, err := os.ReadFile("openapi.json")
	must(t, err)
	var doc document
	must(t, json.Unmarshal(raw, &doc))
	return doc
}

// at finds the operation of a route: its path in the document and the operation.
func (d *document) at(method, path string) (string, operation, bool) {
	path = regexp.MustCompile(`:(\w+)`).ReplaceAllString(path, "{$1}")
	op, ok := d.Paths[path][strings.ToLower(method)]
	return path, op, ok
}

func TestEveryRouteIsInTheDocumentAndTheOtherWayRound(t *testing.T) {
	doc := load(t)
	handlers := (&console.API{}).Handlers()
	seen := map[string]bool{}
	for _, route := range caller.Routes() {
		if !strings.HasPrefix(route.Path, "/api/v1/") {
			continue
		}
		_, op, ok := doc.at(route.Method, route.Path)
		switch {
		case !ok:
			t.Errorf("%s is not in openapi.json", route.Key())
		case op.ID != route.ID:
			t.Errorf("%s is operation %q in openapi.json, %q in the table", route.Key(), op.ID, route.ID)
		case op.Summary == "":
			t.Errorf("%s has no summary", route.Key())
		}
		seen[route.ID] = true
	}
	for path, methods := range doc.Paths {
		for method, op := range methods {
			if !seen[op.ID] {
				t.Errorf("%s %s (%s) is in openapi.json but not in the table of routes", method, path, op.ID)
			}
			if handlers[op.ID] == nil && op.ID != "whoAmI" { // the server itself answers that one
				t.Errorf("%s has no handler", op.ID)
			}
			for _, name := range regexp.MustCompile(`\{(\w+)\}`).FindAllStringSubmatch(path, -1) {
				found := false
				for _, p := range op.Parameters {
					found = found || p.In == "path" && p.Required && p.Name == name[1]
				}
				if !found {
					t.Errorf("%s: path parameter %s is not described", op.ID, name[1])
				}
			}
		}
	}
}

// schemas compiles parts of the document; OpenAPI 3.1 schemas are JSON Schema 2020-12.
var schemas = sync.OnceValues(func() (*jsonschema.Compiler, error) {
	raw, err := os.ReadFile("openapi.json")
	if err != nil {
		return nil, err
	}
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(raw))
	if err != nil {
		return nil, err
	}
	c := jsonschema.NewCompiler()
	c.DefaultDraft(jsonschema.Draft2020)
	c.AssertFormat()
	return c, c.AddResource("openapi.json", doc)
})

var compiling sync.Mutex

func schema(t *testing.T, pointer ...string) *jsonschema.Schema {
	t.Helper()
	compiling.Lock()
	defer compiling.Unlock()
	c, err := schemas()
	must(t, err)
	escape := strings.NewReplacer("~", "~0", "/", "~1", "{", "%7B", "}", "%7D")
	for i := range pointer {
		pointer[i] = escape.Replace(pointer[i])
	}
	s, err := c.Compile("openapi.json#/" + strings.Join(pointer, "/"))
	must(t, err)
	return s
}

func TestEverySchemaOfTheDocumentCompiles(t *testing.T) {
	doc := load(t)
	if !strings.HasPrefix(doc.OpenAPI, "3.1") {
		t.Errorf("openapi %q", doc.OpenAPI)
	}
	for path, methods := range doc.Paths {
		for method, op := range methods {
			if op.RequestBody != nil {
				for typ := range op.RequestBody.Content {
					schema(t, "paths", path, method, "requestBody", "content", typ, "schema")
				}
			}
			if op.Responses["default"].Content["application/problem+json"] == nil {
				t.Errorf("%s doesn't say how it refuses", op.ID)
			}
			for status, answer := range op.Responses {
				for typ := range answer.Content {
					schema(t, "paths", path, method, "responses", status, "content", typ, "schema")
				}
			}
		}
	}
}
