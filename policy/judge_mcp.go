package policy

import (
	"strings"
	"unicode"

	"ambit/policy/paths"
)

func (e *eval) mcpName() string { return e.r.Action.Server + "/" + e.r.Action.Tool }

// generalMCP refuses names that could pass for others: with a slash in it, the server "github/evil" would be a tool of "github".
func (e *eval) generalMCP() {
	a := &e.r.Action
	for _, part := range [...]struct{ what, name string }{{"server", a.Server}, {"tool", a.Tool}} {
		if plainMCP(part.name) {
			continue
		}
		f := Finding{Control: "mcp", Rule: "name", Message: "the MCP " + part.what + " " + quote(part.name) + " has a name that may pass for another"}
		if f.Hint = "rename it: no slashes, control characters or blanks at its ends"; part.name == "" {
			f.Message, f.Hint = "the request names no MCP "+part.what, ""
		}
		e.refuse(false, f)
	}
}

// plainMCP reports whether a server's or a tool's name is one. Single blanks between words are in honest use.
func plainMCP(name string) bool {
	return name != "" && strings.Trim(name, " ") == name && !strings.Contains(name, "  ") && !strings.ContainsFunc(name, func(r rune) bool {
		return r == '/' || r != ' ' && unicode.IsSpace(r) || unicode.IsControl(r) || r == unicode.ReplacementChar || paths.Invisible(r)
	})
}

// judgeMCP judges a tool by its server and its own name. Reading a resource has a name too, that of the protocol's method:
// "server/resources/read". What restricts is also held against the names as the client spells them.
func (e *eval) judgeMCP(l *layer, what, name string) {
	if l.mcp == nil {
		e.closed(l, "mcp", "MCP tools", e.relaxName(mcpOf, name))
		return
	}
	if rule, hit := firstMCP(l.mcp.deny, name); hit {
		e.denied(l, "mcp", what, name, rule)
		return
	}
	e.judgeList(l, "mcp", what, name, &listRule{allow: l.mcp.allow}, e.relaxName(mcpOf, name))
}

// mcpGlob is a pattern of names that restricts, as written and as the client spells names.
type mcpGlob struct{ written, spelled nameGlob }

func mcpGlobs(texts []string) []mcpGlob {
	out := make([]mcpGlob, len(texts))
	for i, t := range texts {
		out[i] = mcpGlob{wideGlob(t), wideGlob(spelledMCP(t))}
	}
	return out
}

func firstMCP(globs []mcpGlob, name string) (string, bool) {
	spelled := spelledMCP(name)
	for i := range globs {
		if g := &globs[i]; g.written.match(name) || g.spelled.match(spelled) {
			return g.written.text, true
		}
	}
	return "", false
}

// spelledMCP writes a name or pattern as the client does within the name of a tool: everything but letters, digits, _ and -
// becomes _. Slashes and stars, which a name doesn't have, stay.
func spelledMCP(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9', r == '_', r == '-', r == '/', r == '*':
			return r
		}
		return '_'
	}, s)
}
