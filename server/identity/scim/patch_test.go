package scim

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"ambit/server/identity/idp"
)

const core = `{"userName":"ada","name":{"givenName":"Ada","familyName":"Park"},"emails":[{"value":"w@x.test","type":"work","primary":true},{"value":"h@x.test","type":"home"}],
	"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User":{"department":"R&D"}}`

const ent = `urn:ietf:params:scim:schemas:extension:enterprise:2.0:User`

// patched applies operations to a user.
func patched(before string, ops string) (object, bool, error) {
	body, err := decode([]byte(`{"Operations":` + ops + `}`))
	if err != nil {
		return nil, false, err
	}
	list, err := users.operations(body)
	if err != nil {
		return nil, false, err
	}
	u := idp.User{Active: true, Attributes: json.RawMessage(before)}
	if err := patchUser(&u, list); err != nil {
		return nil, false, err
	}
	o, err := parse(u.Attributes)
	return o, u.Active, err
}

// TestPatch goes through RFC 7644, section 3.5.2, and the habits of providers. want is merged over the user before; null says
// that an attribute is gone.
func TestPatch(t *testing.T) {
	for name, tc := range map[string]struct{ ops, want string }{
		"add an attribute":                 {`[{"op":"add","path":"title","value":"Boss"}]`, `{"title":"Boss"}`},
		"add replaces a single value":      {`[{"op":"add","path":"userName","value":"ada2"}]`, `{"userName":"ada2"}`},
		"replace what isn't there":         {`[{"op":"replace","path":"nickName","value":"A"}]`, `{"nickName":"A"}`},
		"replace a part":                   {`[{"op":"replace","path":"name.familyName","value":"Dee"}]`, `{"name":{"givenName":"Ada","familyName":"Dee"}}`},
		"replace a complex keeps the rest": {`[{"op":"replace","path":"name","value":{"familyName":"Dee"}}]`, `{"name":{"givenName":"Ada","familyName":"Dee"}}`},
		"remove a part":                    {`[{"op":"remove","path":"name.familyName"}]`, `{"name":{"givenName":"Ada"}}`},
		"remove the last part":             {`[{"op":"remove","path":"name.familyName"},{"op":"remove","path":"name.givenName"}]`, `{"name":null}`},
		"remove an attribute":              {`[{"op":"remove","path":"emails"}]`, `{"emails":null}`},
		"remove what isn't there":          {`[{"op":"remove","path":"title"},{"op":"remove","path":"` + ent + `:manager"},{"op":"remove","path":"urn:x:1.0:User:a"}]`, `{}`},
		"add a value":                      {`[{"op":"add","path":"emails","value":[{"value":"o@x.test","type":"other"}]}]`, `{"emails":[{"value":"w@x.test","type":"work","primary":true},{"value":"h@x.test","type":"home"},{"value":"o@x.test","type":"other"}]}`},
		"add a single value":               {`[{"op":"add","path":"roles","value":"admin"},{"op":"add","path":"roles","value":{"value":"dev"}}]`, `{"roles":[{"value":"admin"},{"value":"dev"}]}`},
		"add what is there":                {`[{"op":"add","path":"emails","value":[{"value":"h@x.test"}]}]`, `{}`},
		"a new primary":                    {`[{"op":"add","path":"emails","value":[{"value":"o@x.test","primary":true}]}]`, `{"emails":[{"value":"w@x.test","type":"work","primary":false},{"value":"h@x.test","type":"home"},{"value":"o@x.test","primary":true}]}`},
		"another primary by its path":      {`[{"op":"replace","path":"emails[type eq \"home\"].primary","value":true}]`, `{"emails":[{"value":"w@x.test","type":"work","primary":false},{"value":"h@x.test","type":"home","primary":true}]}`},
		"replace all values":               {`[{"op":"replace","path":"emails","value":[{"value":"n@x.test"}]}]`, `{"emails":[{"value":"n@x.test"}]}`},
		"replace a chosen value's part":    {`[{"op":"replace","path":"emails[type eq \"home\"].value","value":"n@x.test"}]`, `{"emails":[{"value":"w@x.test","type":"work","primary":true},{"value":"n@x.test","type":"home"}]}`},
		"replace a chosen value":           {`[{"op":"replace","path":"emails[type eq \"home\"]","value":{"value":"n@x.test"}}]`, `{"emails":[{"value":"w@x.test","type":"work","primary":true},{"value":"n@x.test","type":"home"}]}`},
		"replace creates":                  {`[{"op":"Replace","path":"emails[type eq \"other\"].value","value":"o@x.test"}]`, `{"emails":[{"value":"w@x.test","type":"work","primary":true},{"value":"h@x.test","type":"home"},{"value":"o@x.test","type":"other"}]}`},
		"create by two conditions":         {`[{"op":"Add","path":"addresses[type eq \"work\" and primary eq \"True\"].country","value":"DE"}]`, `{"addresses":[{"type":"work","primary":true,"country":"DE"}]}`},
		"Entra's roles":                    {`[{"op":"Add","path":"roles[primary eq \"True\"].value","value":"Admin"}]`, `{"roles":[{"primary":true,"value":"Admin"}]}`},
		"remove a chosen value":            {`[{"op":"remove","path":"emails[type eq \"home\"]"}]`, `{"emails":[{"value":"w@x.test","type":"work","primary":true}]}`},
		"remove a chosen value's part":     {`[{"op":"remove","path":"emails[type eq \"work\"].primary"}]`, `{"emails":[{"value":"w@x.test","type":"work"},{"value":"h@x.test","type":"home"}]}`},
		"remove listed values":             {`[{"op":"Remove","path":"emails","value":[{"value":"w@x.test"}]}]`, `{"emails":[{"value":"h@x.test","type":"home"}]}`},
		"remove none of a list":            {`[{"op":"Remove","path":"emails","value":[]}]`, `{}`},
		"remove where none fits":           {`[{"op":"remove","path":"emails[type eq \"fax\"]"}]`, `{}`},
		"a part of every value":            {`[{"op":"replace","path":"emails.display","value":"E"}]`, `{"emails":[{"value":"w@x.test","type":"work","primary":true,"display":"E"},{"value":"h@x.test","type":"home","display":"E"}]}`},
		"extension attribute":              {`[{"op":"Add","path":"` + ent + `:costCenter","value":"7"}]`, `{"` + ent + `":{"department":"R&D","costCenter":"7"}}`},
		"extension, another case":          {`[{"op":"Add","path":"URN:ietf:params:scim:schemas:extension:Enterprise:2.0:user:Department","value":"X"}]`, `{"` + ent + `":{"department":"X"}}`},
		"extension without its prefix":     {`[{"op":"Replace","path":"department","value":"X"}]`, `{"` + ent + `":{"department":"X"}}`},
		"manager as text":                  {`[{"op":"Add","path":"` + ent + `:manager","value":"m1"}]`, `{"` + ent + `":{"department":"R&D","manager":{"value":"m1"}}}`},
		"manager as list":                  {`[{"op":"Add","path":"` + ent + `:manager","value":[{"$ref":null,"value":"m1"}]}]`, `{"` + ent + `":{"department":"R&D","manager":{"value":"m1"}}}`},
		"manager's part":                   {`[{"op":"Add","path":"` + ent + `:manager.value","value":"m1"}]`, `{"` + ent + `":{"department":"R&D","manager":{"value":"m1"}}}`},
		"manager cleared by empty text":    {`[{"op":"Add","path":"manager","value":"m1"},{"op":"Replace","path":"` + ent + `:manager","value":""}]`, `{}`},
		"the whole extension":              {`[{"op":"add","path":"` + ent + `","value":{"division":"D"}}]`, `{"` + ent + `":{"department":"R&D","division":"D"}}`},
		"remove the whole extension":       {`[{"op":"remove","path":"` + ent + `"}]`, `{"` + ent + `":null}`},
		"remove an extension's last":       {`[{"op":"remove","path":"` + ent + `:department"}]`, `{"` + ent + `":null}`},
		"somebody else's extension":        {`[{"op":"add","path":"urn:acme:scim:2.0:User:badge","value":"B7"}]`, `{"urn:acme:scim:2.0:User":{"badge":"B7"}}`},
		"somebody else's, as a whole":      {`[{"op":"add","path":"urn:acme:scim:2.0:User","value":{"badge":"B7"}}]`, `{"urn:acme:scim:2.0:User":{"badge":"B7"}}`},
		"core schema as a prefix":          {`[{"op":"add","path":"urn:ietf:params:scim:schemas:core:2.0:User:title","value":"T"}]`, `{"title":"T"}`},
		"no path":                          {`[{"op":"Replace","value":{"displayName":"A","name":{"givenName":"Eda"}}}]`, `{"displayName":"A","name":{"givenName":"Eda","familyName":"Park"}}`},
		"no path, empty path":              {`[{"op":"Replace","path":"","value":{"displayName":"A"}}]`, `{"displayName":"A"}`},
		"no path, names that are paths":    {`[{"op":"Replace","value":{"name.givenName":"Eda","emails[type eq \"work\"].value":"n@x.test","` + ent + `:division":"D"}}]`, `{"name":{"givenName":"Eda","familyName":"Park"},"emails":[{"value":"n@x.test","type":"work","primary":true},{"value":"h@x.test","type":"home"}],"` + ent + `":{"department":"R&D","division":"D"}}`},
		"no path, an extension inside":     {`[{"op":"Replace","value":{"` + ent + `":{"division":"D"}}}]`, `{"` + ent + `":{"department":"R&D","division":"D"}}`},
		"no path, read-only along":         {`[{"op":"replace","value":{"id":"x","schemas":[],"meta":{},"groups":[],"title":"T"}}]`, `{"title":"T"}`},
		"no path, null":                    {`[{"op":"replace","value":{"name":null}}]`, `{"name":null}`},
		"names have no case":               {`[{"OP":"REPLACE","PATH":"USERNAME","VALUE":"eda"}]`, `{"userName":"eda"}`},
		"unknown attribute":                {`[{"op":"add","path":"favouriteTea","value":{"kind":"green"}},{"op":"add","path":"favouriteTea.grams","value":3}]`, `{"favouriteTea":{"kind":"green","grams":3}}`},
		"unknown list":                     {`[{"op":"add","path":"teas","value":["a"]},{"op":"add","path":"teas","value":"b"},{"op":"add","path":"teas","value":["a"]}]`, `{"teas":["a","b"]}`},
		"a password is not kept":           {`[{"op":"replace","path":"password","value":"p"},{"op":"replace","value":{"password":"p"}}]`, `{}`},
		"a number where text belongs":      {`[{"op":"add","path":"employeeNumber","value":7}]`, `{"` + ent + `":{"department":"R&D","employeeNumber":"7"}}`},
		"add nothing":                      {`[{"op":"add","path":"emails","value":[]},{"op":"add","path":"title","value":null}]`, `{}`},
		"replace with nothing":             {`[{"op":"replace","path":"emails","value":[]}]`, `{"emails":null}`},
		"in their order":                   {`[{"op":"add","path":"title","value":"A"},{"op":"remove","path":"title"},{"op":"add","path":"title","value":"B"}]`, `{"title":"B"}`},
	} {
		t.Run(name, func(t *testing.T) {
			got, active, err := patched(core, tc.ops)
			must(t, err)
			want := mustDecode(t, core)
			for k, v := range mustDecode(t, tc.want) {
				if want[k] = v; v == nil {
					delete(want, k)
				}
			}
			if diff := cmp.Diff(want, got); diff != "" || !active {
				t.Errorf("active %v, want(-) got(+):\n%s", active, diff)
			}
		})
	}
}

// TestActive ensures that a user is deactivated in every way in which providers say so, and in no other.
func TestActive(t *testing.T) {
	for ops, want := range map[string]bool{
		`[{"op":"replace","path":"active","value":false}]`:                                               false,
		`[{"op":"Replace","path":"active","value":"False"}]`:                                             false,
		`[{"op":"Add","path":"active","value":"false"}]`:                                                 false,
		`[{"op":"replace","value":{"active":false}}]`:                                                    false,
		`[{"op":"replace","value":{"ACTIVE":"FALSE"}}]`:                                                  false,
		`[{"op":"replace","path":"urn:ietf:params:scim:schemas:core:2.0:User:active","value":false}]`:    false,
		`[{"op":"replace","value":{"urn:ietf:params:scim:schemas:core:2.0:User:active":false}}]`:         false,
		`[{"op":"replace","path":"active","value":"True"}]`:                                              true,
		`[{"op":"replace","path":"active","value":false},{"op":"replace","path":"active","value":true}]`: true,
		`[{"op":"replace","path":"title","value":"inactive"}]`:                                           true,
	} {
		if _, active, err := patched(core, ops); err != nil || active != want {
			t.Errorf("%s: %v, %v", ops, active, err)
		}
	}
}

func TestPatchesThatAreRefused(t *testing.T) {
	deep := strings.Repeat(`{"a":`, maxDepth) + "1" + strings.Repeat("}", maxDepth)
	for ops, want := range map[string]string{
		`[]`:   typeSyntax,
		`{}`:   typeSyntax,
		`null`: typeSyntax,
		`[1]`:  typeSyntax,
		`[{"op":"move","path":"title","value":"x"}]`:                                                                typeSyntax,
		`[{"path":"title","value":"x"}]`:                                                                            typeSyntax,
		`[{"op":1,"path":"title","value":"x"}]`:                                                                     typeSyntax,
		`[{"op":"add","op":"remove","path":"title"}]`:                                                               typeSyntax,
		`[{"op":"add","Op":"remove","path":"title"}]`:                                                               typeSyntax,
		`[{"op":"remove"}]`:                                                                                         typeNoTarget,
		`[{"op":"remove","value":{"title":"x"}}]`:                                                                   typeNoTarget,
		`[{"op":"replace","value":"x"}]`:                                                                            typeValue,
		`[{"op":"replace","value":[{"active":false}]}]`:                                                             typeValue,
		`[{"op":"replace"}]`:                                                                                        typeValue,
		`[{"op":"add","path":5,"value":1}]`:                                                                         typePath,
		`[{"op":"add","path":"a b","value":1}]`:                                                                     typePath,
		`[{"op":"add","path":"emails[","value":1}]`:                                                                 typePath,
		`[{"op":"add","path":"emails[type eq]","value":1}]`:                                                         typePath,
		`[{"op":"add","path":"emails[type eq \"a\"]x","value":1}]`:                                                  typePath,
		`[{"op":"add","path":"a.b.c","value":1}]`:                                                                   typePath,
		`[{"op":"add","path":".","value":1}]`:                                                                       typePath,
		`[{"op":"add","path":"userName eq \"x\"","value":1}]`:                                                       typePath,
		`[{"op":"add","path":"` + strings.Repeat("x", maxPath+1) + `","value":1}]`:                                  typePath,
		`[{"op":"replace","path":"emails[value co \"q\"].type","value":"x"}]`:                                       typeNoTarget,
		`[{"op":"replace","path":"emails[type eq \"x\" or type eq \"y\"].value","value":"x"}]`:                      typeNoTarget,
		`[{"op":"replace","path":"id","value":"x"}]`:                                                                typeMutability,
		`[{"op":"replace","path":"meta.version","value":"x"}]`:                                                      typeMutability,
		`[{"op":"add","path":"groups","value":[{"value":"g"}]}]`:                                                    typeMutability,
		`[{"op":"replace","path":"schemas","value":[]}]`:                                                            typeMutability,
		`[{"op":"remove","path":"userName"}]`:                                                                       typeValue,
		`[{"op":"replace","path":"userName","value":""}]`:                                                           typeValue,
		`[{"op":"replace","path":"userName","value":["x"]}]`:                                                        typeValue,
		`[{"op":"replace","path":"userName","value":{"a":1}}]`:                                                      typeValue,
		`[{"op":"replace","path":"userName","value":"a\u0000b"}]`:                                                   typeValue,
		`[{"op":"replace","path":"userName","value":"` + strings.Repeat("x", maxName+1) + `"}]`:                     typeValue,
		`[{"op":"replace","path":"active","value":"no"}]`:                                                           typeValue,
		`[{"op":"replace","path":"active","value":0}]`:                                                              typeValue,
		`[{"op":"replace","path":"active","value":null}]`:                                                           typeValue,
		`[{"op":"remove","path":"active"}]`:                                                                         typeValue,
		`[{"op":"replace","path":"active.x","value":true}]`:                                                         typeValue,
		`[{"op":"replace","path":"name","value":"Ada"}]`:                                                            typeValue,
		`[{"op":"replace","path":"name","value":[1,2]}]`:                                                            typeValue,
		`[{"op":"replace","path":"emails","value":[7]}]`:                                                            typeValue,
		`[{"op":"replace","path":"emails[type eq \"work\"]","value":7}]`:                                            typeValue,
		`[{"op":"add","path":"` + ent + `","value":7}]`:                                                             typeValue,
		`[{"op":"add","path":"blob","value":"` + strings.Repeat("x", maxUser) + `"}]`:                               typeTooMany,
		`[{"op":"add","path":"a","value":` + deep + `}]`:                                                            typeSyntax,
		`[` + strings.Repeat(`{"op":"remove","path":"title"},`, maxOperations) + `{"op":"remove","path":"title"}]`:  typeTooMany,
		`[{"op":"add","path":"emails","value":[` + strings.Repeat(`{"value":"x"},`, maxListed) + `{"value":"x"}]}]`: typeTooMany,
	} {
		if _, _, err := patched(core, ops); refusedAs(err) != want {
			t.Errorf("%.100s: %v (%s), want %s", ops, err, refusedAs(err), want)
		}
	}
}

// TestMembers goes through the ways in which providers change who is in a group, from members a, b and c.
func TestMembers(t *testing.T) {
	for ops, want := range map[string]idp.Membership{
		`{"op":"Add","path":"members","value":[{"$ref":null,"value":"d"}]}`:                                      {Add: []string{"d"}},
		`{"op":"add","path":"members","value":[{"value":"d","display":"D"},{"value":"d"}]}`:                      {Add: []string{"d"}},
		`{"op":"add","path":"members","value":{"value":"d"}}`:                                                    {Add: []string{"d"}},
		`{"op":"add","path":"members","value":"d"}`:                                                              {Add: []string{"d"}},
		`{"op":"add","path":"urn:ietf:params:scim:schemas:core:2.0:Group:Members","value":["d"]}`:                {Add: []string{"d"}},
		`{"op":"add","value":{"members":[{"value":"d"}]}}`:                                                       {Add: []string{"d"}},
		`{"op":"add","path":"members","value":[]}`:                                                               {},
		`{"op":"Remove","path":"members","value":[{"$ref":null,"value":"a"}]}`:                                   {Remove: []string{"a"}},
		`{"op":"remove","path":"members[value eq \"a\"]"}`:                                                       {Remove: []string{"a"}},
		`{"op":"remove","path":"members[value eq \"a\" or value eq \"b\"]"}`:                                     {Remove: []string{"a", "b"}},
		`{"op":"remove","path":"members[display sw \"Name\" and value ne \"a\"]"}`:                               {Remove: []string{"b", "c"}},
		`{"op":"remove","path":"members[value eq \"A\"]"}`:                                                       {Remove: []string{"A"}}, // ids have a case: this is nobody
		`{"op":"remove","path":"members","value":[]}`:                                                            {},
		`{"op":"remove","path":"members"}`:                                                                       {Replace: true},
		`{"op":"replace","path":"members","value":[]}`:                                                           {Replace: true},
		`{"op":"replace","path":"members","value":[{"value":"a"}]}`:                                              {Replace: true, Add: []string{"a"}},
		`{"op":"replace","value":{"displayName":"new"}}`:                                                         {},
		`{"op":"replace","value":{"id":"g","displayName":"new","members":["b"]}}`:                                {Replace: true, Add: []string{"b"}},
		`{"op":"remove","path":"members[value eq \"a\"]"},{"op":"add","path":"members","value":[{"value":"a"}]}`: {Add: []string{"a"}},
		`{"op":"add","path":"members","value":["d"]},{"op":"remove","path":"members","value":["d"]}`:             {Remove: []string{"d"}},
		`{"op":"replace","path":"members","value":["a","b"]},{"op":"remove","path":"members","value":["a"]}`:     {Replace: true, Add: []string{"b"}},
		`{"op":"replace","path":"members[value eq \"a\"].display","value":"x"}`:                                  {},
	} {
		body := mustDecode(t, `{"Operations":[`+ops+`]}`)
		list, err := groups.operations(body)
		must(t, err)
		g := idp.Group{Name: "eng", ExternalID: "x"}
		got, err := patchGroup(&g, func() ([]idp.Ref, error) {
			return []idp.Ref{{ID: "a", Name: "Name A"}, {ID: "b", Name: "Name B"}, {ID: "c", Name: "Name C"}}, nil
		}, list)
		must(t, err)
		slices.Sort(got.Remove)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: want(-) got(+):\n%s", ops, diff)
		}
		if wantName := map[bool]string{true: "new", false: "eng"}[strings.Contains(ops, `"new"`)]; g.Name != wantName || g.ExternalID != "x" {
			t.Errorf("%s: the group is %+v", ops, g)
		}
	}
	for ops, want := range map[string]string{
		`{"op":"add","path":"members","value":[{"display":"x"}]}`:               typeValue,
		`{"op":"add","path":"members","value":[7]}`:                             typeValue,
		`{"op":"add","path":"members","value":[{"value":7}]}`:                   typeValue,
		`{"op":"add","path":"members","value":[{"value":"g","type":"Group"}]}`:  typeValue,
		`{"op":"add","path":"members[value eq \"d\"]","value":[{"value":"d"}]}`: typePath,
		`{"op":"replace","path":"members[value eq \"a\"].value","value":"x"}`:   typeMutability,
		`{"op":"replace","path":"displayName","value":""}`:                      typeValue,
		`{"op":"remove","path":"displayName"}`:                                  typeValue,
		`{"op":"replace","path":"id","value":"x"}`:                              typeMutability,
	} {
		list, err := groups.operations(mustDecode(t, `{"Operations":[`+ops+`]}`))
		if err == nil {
			g := idp.Group{Name: "eng"}
			_, err = patchGroup(&g, func() ([]idp.Ref, error) { return nil, nil }, list)
		}
		if refusedAs(err) != want {
			t.Errorf("%s: %v (%s), want %s", ops, err, refusedAs(err), want)
		}
	}
}

// FuzzPatch ensures that no body panics, and that a user who was patched still is one: with a user name, within bounds, and the
// same when read again.
func FuzzPatch(f *testing.F) {
	for _, ops := range []string{
		`[{"op":"Replace","path":"emails[type eq \"work\"].value","value":"n@x.test"}]`, `[{"op":"replace","value":{"active":false}}]`,
		`[{"op":"Add","path":"` + ent + `:manager","value":"m1"},{"op":"remove","path":"name"}]`, `[{"op":"add","path":"emails","value":[{"primary":true}]}]`,
		`[{"op":"remove","path":"emails[primary eq true]"},{"op":"add","path":"a.b","value":[1,{"c":null}]}]`,
		`[{"op":"replace","value":{"a.b":1,"urn:x:1.0:User":{"c":2},"urn:x:1.0:User:c":3}}]`,
	} {
		f.Add(ops)
	}
	f.Fuzz(func(t *testing.T, ops string) {
		o, _, err := patched(core, ops)
		if err != nil {
			if refusedAs(err) == "" {
				t.Fatalf("an error without a keyword: %v", err)
			}
			return
		}
		if text(o, "userName") == "" {
			t.Fatal("a user without a name")
		}
		again, err := users.clean(o)
		must(t, err)
		u := idp.User{}
		must(t, fill(&u, again))
		if raw, _ := json.Marshal(o); len(raw) > maxUser || len(raw) != len(u.Attributes) && !strings.Contains(fmt.Sprint(o), "[]") {
			t.Errorf("%s became %s", raw, u.Attributes)
		}
	})
}
