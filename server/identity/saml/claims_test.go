package saml

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"ambit/server/identity/idp"
)

// TestClaims ensures that names, addresses and groups are read as the connection says, and that a list of groups that isn't
// there is unknown rather than empty.
func TestClaims(t *testing.T) {
	ada := func(change func(c *idp.Claims)) *idp.Claims {
		c := &idp.Claims{Subject: "ada", Email: "ada@acme.test", Name: "Ada Lovelace", Groups: []string{"eng-senior", "staff"}, GroupsState: idp.GroupsKnown}
		change(c)
		return c
	}
	without := func(f *forge, name string) {
		b, _, z := between(f.statements, `<saml:Attribute Name="`+name+`"`, `</saml:Attribute>`)
		f.statements = b + z
	}
	regroup := func(f *forge, values ...string) {
		without(f, "groups")
		f.statements += attributesXML(attributeXML("groups", values...))
	}
	cases := []struct {
		name   string
		change func(f *forge)
		want   *idp.Claims
		note   string
	}{
		{"groups absent", func(f *forge) { without(f, "groups") }, ada(func(c *idp.Claims) { c.Groups, c.GroupsState = nil, idp.GroupsAbsent }), "groups are unknown"},
		{"groups not mapped", func(f *forge) { f.cfg.GroupsAttribute = "" }, ada(func(c *idp.Claims) { c.Groups, c.GroupsState = nil, idp.GroupsAbsent }), "no field takes"},
		{"groups empty", func(f *forge) { regroup(f) }, ada(func(c *idp.Claims) { c.Groups = []string{} }), ""},
		{"groups of one empty value", func(f *forge) { regroup(f, "") }, ada(func(c *idp.Claims) { c.Groups = []string{} }), ""},
		{"groups beyond what Entra sends", func(f *forge) {
			without(f, "groups")
			f.statements += attributesXML(attributeXML(groupsLink, "https://graph.test/x"))
		}, ada(func(c *idp.Claims) { c.Groups, c.GroupsState = nil, idp.GroupsTruncated }), "more groups"},
		{"groups with white space and doubles", func(f *forge) { regroup(f, " staff ", "\n\tstaff\n", "ops") }, ada(func(c *idp.Claims) { c.Groups = []string{"ops", "staff"} }), ""},
		{"groups joined, separator off", func(f *forge) { regroup(f, "ops,staff") }, ada(func(c *idp.Claims) { c.Groups = []string{"ops,staff"} }), "comma"},
		{"groups joined, separator on", func(f *forge) { f.cfg.GroupsSeparator = ","; regroup(f, "ops, staff,,") }, ada(func(c *idp.Claims) { c.Groups = []string{"ops", "staff"} }), ""},
		{"friendly name", func(f *forge) {
			f.statements = strings.Replace(f.statements, `Name="mail"`, `FriendlyName="mail" Name="urn:oid:0.9.2342.19200300.100.1.3"`, 1)
		}, ada(func(*idp.Claims) {}), ""},
		{"subject from an attribute, transient NameID", func(f *forge) {
			f.cfg.Subject = "employeeNumber"
			f.subject = strings.Replace(f.subject, formatPersistent, formatTransient, 1)
			f.statements += attributesXML(attributeXML("employeeNumber", "4711"))
		}, ada(func(c *idp.Claims) { c.Subject = "4711" }), ""},
		{"e-mail from the NameID", func(f *forge) {
			f.cfg.EmailAttribute = ""
			f.subject = strings.Replace(f.subject, nameIDXML("ada", formatPersistent), nameIDXML("Ada@Acme.test", formatEmail), 1)
		}, ada(func(c *idp.Claims) { c.Subject = "Ada@Acme.test" }), "looks like an e-mail address"},
		{"no e-mail", func(f *forge) { without(f, "mail") }, ada(func(c *idp.Claims) { c.Email = "" }), "no e-mail address"},
		{"e-mail that is none", func(f *forge) {
			f.statements = strings.Replace(f.statements, "Ada@acme.test", "Ada &lt;ada@acme.test&gt;", 1)
		}, ada(func(c *idp.Claims) { c.Email = "" }), "is none"},
		{"no name", func(f *forge) { without(f, "displayName") }, ada(func(c *idp.Claims) { c.Name = "" }), "under name"},
		{"name over two lines", func(f *forge) {
			f.statements = strings.Replace(f.statements, "Ada Lovelace", "\n Ada\n\u202e Lovelace ", 1)
		}, ada(func(*idp.Claims) {}), ""},
		{"encrypted in an unsigned response", func(f *forge) { f.encrypt = aes128cbc }, ada(func(*idp.Claims) {}), "response is not signed"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			f := newForge()
			c.change(f)
			got, notes, err := f.provider(t).Finish(t.Context(), f.flow, f.values(), f.seen)
			if err != nil {
				t.Fatalf("refused: %v", err)
			}
			c.want.SessionID, c.want.AuthTime, c.want.Raw = got.SessionID, got.AuthTime, got.Raw
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Error(diff)
			}
			if c.note != "" && !hasNote(notes, c.note, "") {
				t.Errorf("no note %q in %+v", c.note, notes)
			}
		})
	}
}

// TestRawShowsEverything ensures that a test sign-in sees the attributes as received.
func TestRawShowsEverything(t *testing.T) {
	f := newForge()
	got, _, err := f.provider(t).Finish(t.Context(), f.flow, f.values(), f.seen)
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]any{
		"NameID": "ada", "NameID format": formatPersistent,
		"mail": []string{"Ada@acme.test"}, "displayName": []string{"Ada Lovelace"}, "groups": []string{"staff", "eng-senior"},
	}
	if diff := cmp.Diff(want, got.Raw); diff != "" {
		t.Error(diff)
	}
}

// TestManyGroups ensures that a person in very many groups signs in.
func TestManyGroups(t *testing.T) {
	for _, signResponse := range []bool{false, true} {
		f := newForge()
		f.signResponse = signResponse
		list := make([]string, 1200)
		for i := range list {
			list[i] = "group-" + itoa(i)
		}
		b, _, z := between(f.statements, `<saml:Attribute Name="groups"`, `</saml:Attribute>`)
		f.statements = b + z + attributesXML(strings.ReplaceAll(attributeXML("groups", list...), ` xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:type="xs:string"`, ""))
		got, _, err := f.provider(t).Finish(t.Context(), f.flow, f.values(), f.seen)
		if err != nil || len(got.Groups) != len(list) {
			t.Fatalf("%v", err)
		}
	}
}
