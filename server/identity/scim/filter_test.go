package scim

import (
	"errors"
	"strings"
	"testing"
	"time"

	"ambit/server/identity/idp"
)

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func mustDecode(t testing.TB, s string) object {
	t.Helper()
	o, err := decode([]byte(s))
	must(t, err)
	return o
}

// refusedAs reports the keyword of a refusal; "" where there is none.
func refusedAs(err error) string {
	var own *Error
	if errors.As(err, &own) {
		return own.scimType
	}
	return ""
}

const barbara = `{"id":"2819","userName":"bjensen@example.com","externalId":"Ext-1","active":true,"title":"Tour Guide","displayName":"Babs",
	"name":{"familyName":"Jensen","givenName":"Barbara"},
	"emails":[{"value":"bjensen@work.example.com","type":"work","primary":true},{"value":"babs@home.example.org","type":"home"}],
	"meta":{"resourceType":"User","created":"2011-05-13T04:42:34.000Z","lastModified":"2011-05-14T04:42:34.000Z"},
	"shoeSize":42,"nothing":"",
	"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User":{"department":"Tours","employeeNumber":"701984","manager":{"value":"26118915","displayName":"John"}},
	"urn:acme:params:1.0:User":{"badge":"B7"}}`

// TestFilters goes through RFC 7644, section 3.4.2.2, and what providers make of it.
func TestFilters(t *testing.T) {
	o := mustDecode(t, barbara)
	for f, want := range map[string]bool{
		`userName eq "bjensen@example.com"`:           true,
		`USERNAME EQ "BJensen@Example.com"`:           true, // neither names nor this value have a case
		`userName eq "other"`:                         false,
		`id eq "2819"`:                                true,
		`externalId eq "Ext-1"`:                       true,
		`externalId eq "ext-1"`:                       false, // case-exact
		`name.familyName co "ENS"`:                    true,
		`userName sw "bj"`:                            true,
		`userName ew ".com"`:                          true,
		`userName ne "x"`:                             true,
		`nickName ne "x"`:                             true,
		`nickName eq null`:                            true,
		`title eq null`:                               false,
		`title pr`:                                    true,
		`nickName pr`:                                 false,
		`nothing pr`:                                  false,
		`active eq true`:                              true,
		`active eq "True"`:                            true, // Entra ID
		`active ne false`:                             true,
		`shoeSize gt 41`:                              true,
		`shoeSize le 41.5`:                            false,
		`shoeSize eq "42"`:                            false, // a number is no text
		`userName gt "a"`:                             true,
		`meta.lastModified gt "2011-05-13T04:42:34Z"`: true,
		`meta.lastModified lt "2011-05-13T04:42:34+01:00"`:              false,
		`meta.created ge "2011-05-13T04:42:34.000Z"`:                    true,
		`emails eq "babs@home.example.org"`:                             true, // by "value"
		`emails.value ew "example.com"`:                                 true,
		`emails.type eq "other"`:                                        false,
		`emails[type eq "work"]`:                                        true,
		`emails[type eq "work" and value co "@home"]`:                   false,
		`emails[type eq "work" and value co "@work"]`:                   true,
		`emails[not (type eq "work")].value eq "babs@home.example.org"`: true,
		`emails[type eq "home"].value eq "bjensen@work.example.com"`:    false,
		`emails[primary eq "True"].value sw "bjensen"`:                  true,
		`emails[type eq "fax" or type eq "home"]`:                       true,
		`emails pr and not (title eq "x")`:                              true,
		`title eq "x" or title pr and userName eq "x"`:                  false, // and binds more tightly
		`(title eq "x" or title pr) and userName sw "b"`:                true,
		`not (title pr)`:                  false,
		`NOT(title pr) OR active eq True`: true,
		`urn:ietf:params:scim:schemas:core:2.0:User:userName sw "bj"`:                            true,
		`URN:ietf:params:scim:schemas:core:2.0:user:name.givenName eq "barbara"`:                 true,
		`urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department eq "tours"`:       true,
		`urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager.value eq "26118915"`: true,
		`urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager eq "26118915"`:       true,
		`department eq "Tours"`:                     true, // without the prefix
		`manager eq "26118915"`:                     true,
		`urn:acme:params:1.0:User:badge eq "b7"`:    true,
		`urn:nobody:2.0:User:badge eq "b7"`:         false,
		`id eq "2819" and manager eq "1"`:           false,
		`displayName eq "B\u0061bs"`:                true,
		`displayName eq "say \"hi\""`:               false,
		`unheardOf eq "x"`:                          false,
		`not.there eq "x"`:                          false,
		`  userName   eq   "bjensen@example.com"  `: true,
	} {
		parsed, err := users.parseFilter(f)
		if err != nil {
			t.Errorf("%s: %v", f, err)
		} else if got := users.match(parsed, o); got != want {
			t.Errorf("%s: %v", f, got)
		}
	}
}

func TestFiltersThatAreRefused(t *testing.T) {
	for _, f := range []string{
		`userName`, `userName eq`, `userName eq bob`, `userName eq 'bob'`, `userName eq "bob`, `userName is "bob"`, `eq "bob"`, `"bob" eq userName`,
		`userName eq "a" and`, `and userName pr`, `userName eq "a" userName pr`, `(userName pr`, `userName pr)`, `()`, `not userName pr or`,
		`emails[type eq "work"`, `emails[] pr`, `emails[type eq "work"].`, `emails[type eq "work"].value`, `emails[a[b eq 1] pr]`, `emails[type.x eq "1"]`,
		`active gt true`, `active co "t"`, `active eq "yes"`, `active eq 1`, `shoeSize co 4`, `title gt null`, `title sw null`,
		`meta.created gt "yesterday"`, `userName eq "\x"`, `a.b.c eq "x"`, `1a eq "x"`, `user name eq "x"`, `userName eq "a"b`, `userName eq tru`,
		`urn:ietf:params:scim:schemas:core:2.0:User pr`, `urn: pr`, `urn:x pr`,
		`userName eq {"a":1}`, `userName eq [1]`, "userName\teq \"a\"", `userName eq NaN`, `userName eq 01`,
		strings.Repeat("(", maxFilterDepth+1) + "a pr" + strings.Repeat(")", maxFilterDepth+1),
		strings.Repeat("not (", 1000) + "a pr" + strings.Repeat(")", 1000),
		strings.Repeat("a pr or ", maxFilterTerms) + "a pr",
		`userName eq "` + strings.Repeat("x", maxFilter) + `"`,
	} {
		if _, err := users.parseFilter(f); refusedAs(err) != typeFilter {
			t.Errorf("%.80s: %v", f, err)
		}
	}
}

// TestNarrowing ensures that the questions that providers ask before every change need no walk through everybody.
func TestNarrowing(t *testing.T) {
	for f, want := range map[string]idp.Find{
		`userName eq "A@b.test"`:                                     {UserName: "A@b.test"},
		`externalId eq "x" and active eq true`:                       {ExternalID: "x"},
		`id eq "1" and manager eq "2"`:                               {ID: "1"},
		`urn:ietf:params:scim:schemas:core:2.0:User:userName eq "a"`: {UserName: "a"},
		`userName eq "a" or userName eq "b"`:                         {},
		`not (userName eq "a")`:                                      {},
		`userName ne "a"`:                                            {},
		`userName sw "a"`:                                            {},
		`displayName eq "a"`:                                         {}, // of users there is no index by it
	} {
		parsed, err := users.parseFilter(f)
		must(t, err)
		var got idp.Find
		if users.narrow(parsed, &got); got != want {
			t.Errorf("%s: %+v", f, got)
		}
	}
	for f, want := range map[string]idp.Find{
		`displayName eq "eng"`:         {Name: "eng"},
		`id eq "g" and members eq "u"`: {ID: "g", Member: "u"},
		`members.value eq "u"`:         {Member: "u"},
		`members[value eq "u"]`:        {},
	} {
		parsed, err := groups.parseFilter(f)
		must(t, err)
		var got idp.Find
		if groups.narrow(parsed, &got); got != want {
			t.Errorf("%s: %+v", f, got)
		}
	}
}

// FuzzFilter ensures that no filter panics or takes long, that what is narrowed loses no match, and that a filter and its
// negation never agree.
func FuzzFilter(f *testing.F) {
	for _, s := range []string{
		`userName eq "bjensen@example.com"`, `emails[type eq "work" and value co "@"].value pr`, `not (a pr) or b.c ge 1.5e3 and (d eq null)`,
		`urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager.value eq "26118915"`, `meta.created gt "2011-05-13T04:42:34Z"`,
		`externalId eq "Ext-1" and id eq "2819"`, `((((a pr))))`, `active eq "True"`, `displayName eq "\ud800"`,
	} {
		f.Add(s)
	}
	o, err := decode([]byte(barbara))
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, s string) {
		begun := time.Now()
		parsed, err := users.parseFilter(s)
		if err != nil {
			if refusedAs(err) != typeFilter {
				t.Fatalf("refused with %v", err)
			}
			return
		}
		matches := users.match(parsed, o)
		if users.match(&filter{op: opNot, left: parsed}, o) == matches {
			t.Error("a filter and its negation agree")
		}
		var find idp.Find
		users.narrow(parsed, &find)
		if matches && (find.ID != "" && find.ID != "2819" || find.ExternalID != "" && find.ExternalID != "Ext-1" ||
			find.UserName != "" && !strings.EqualFold(find.UserName, "bjensen@example.com")) {
			t.Errorf("narrowed to %+v, yet it matches", find)
		}
		if took := time.Since(begun); took > 2*time.Second {
			t.Errorf("took %v", took)
		}
	})
}
