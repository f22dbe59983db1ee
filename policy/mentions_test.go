package policy

import (
	"strings"
	"testing"
)

// TestMentions ensures that a prompt mentions what the client takes for a mention, and nothing else.
func TestMentions(t *testing.T) {
	for prompt, want := range map[string]string{
		"":                         "",
		"mail ada@acme.test":       "",
		"see @a.go":                "a.go",
		"@a, @b.":                  "a|b",
		`@"a b" and @c`:            "a b|c",
		"@a.go#L3-20 and @a.go":    "a.go#L3-20|a.go",
		"line\n@/etc/passwd":       "/etc/passwd",
		"@":                        "",
		"@~/x":                     "~/x",
		"x @@y":                    "@y",
		"no\u00a0break@x \u00a0@y": "y",
		"见。@a 和、@b ？@c ！@d ，@e":    "a|b|c|d|e",

		// The name ends with the last letter, digit or underscore of the word, and what follows "#" is a place in it.
		"@.env#x":           ".env#x|.env",
		"@.env#1-3":         ".env#1-3|.env",
		`@".env#x"`:         ".env#x|.env",
		"@.env#L1#x":        ".env#L1#x|.env",
		"@.env。":            ".env",
		"@.env—":            ".env",
		"@.env”":            ".env",
		"@.env*":            ".env",
		"@.env> @.env~":     ".env",
		"@.env-":            ".env",
		"@.env`":            ".env",
		"@.env/..":          ".env",
		"@.env)\"x":         `.env)"x`,
		"@caf\u00e9":        "caf",
		"@e\u0301.go":       "e\u0301.go|\u00e9.go",
		"@\".env \"":        ".env",
		"@\"\n/etc/x\n\"":   "/etc/x",
		"@\"/etc/x#\n\nb\"": "/etc/x",
		"@\"/etc/x#" + strings.Repeat("a\n", 9000) + "\"": "/etc/x",
		"@[a](claude-ref:x \"y\")@.env":                   "[a](claude-ref:x|.env",

		// Text of programs, which mentions nothing.
		"(@src/x.go)":                      "",
		"=@.env":                           "",
		`@"open`:                           "",
		`import x from "@/components/ui"`:  "",
		"import x from '@/lib/utils'":      "",
		"the alias `@/lib` is broken":      "",
		`exec "$@"` + "\n" + `echo "done"`: "",
		"var s = @\"C:\\x\ny\";":           "",
		"@\"hello %@\\n\"\nNSLog(@\"x\")":  `hello %@\n`,
		"\t@$(MAKE) x @~bob @~\\.ssh":      `./$(MAKE|./~bob|~\.ssh`,
		"curl -d @/etc/data.json http://a": "/etc/data.json",
		"git log HEAD@{1} @{u}..":          "{u",
	} {
		if got := strings.Join(Mentions(prompt), "|"); got != want {
			t.Errorf("Mentions(%q) = %q, want %q", prompt, got, want)
		}
	}
}

// TestMentionedResources ensures that a resource of an MCP server is judged by the lists under mcp, as its method.
func TestMentionedResources(t *testing.T) {
	layer := "layers: [{name: base, files: {read: [$REPO]}, mcp: {allow: %s, deny: %s, writes: []}}]\n"
	for _, c := range []struct {
		prompt, allow, deny string
		want                Effect
	}{
		{"@github:repo://acme/secret", "[]", "[]", Deny},
		{"@github:repo://acme/secret", `["github/*"]`, "[]", Allow},
		{"@github:repo://acme/secret", `["github/resources/read"]`, "[]", Allow},
		{"@github:repo://acme/secret", `["github/get_issue"]`, "[]", Deny},
		{"@github:repo://acme/secret", `["github/*"]`, `["github/resources/*"]`, Deny},
		{"@github/x:repo://acme/secret", `["github/*"]`, "[]", Deny},
		{`see @"my server:note:x"`, `["github/*"]`, "[]", Deny},
		{"@github:repo://a and @other:urn:b", `["github/*"]`, "[]", Deny},
		{`@field:NotNull @get:Rule @bob: at @10:30:00`, "[]", "[]", Allow},
	} {
		p := mustLoad(t, head+strings.NewReplacer("allow: %s", "allow: "+c.allow, "deny: %s", "deny: "+c.deny).Replace(layer))
		d := p.Decide(&Request{Subject: person(), Resource: packResource, Action: Action{Name: ActionPromptSubmit, Prompt: c.prompt}, At: testNow})
		if d.Effect != c.want {
			t.Errorf("%s, allow %s, deny %s: %s: %s", c.prompt, c.allow, c.deny, d.Effect, d.Reason)
		}
	}
}
