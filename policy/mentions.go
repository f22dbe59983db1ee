package policy

import (
	"strings"

	"golang.org/x/text/unicode/norm"

	"ambit/policy/paths"
)

// Mentions lists the files that a prompt mentions as "@path" or `@"path with blanks"`: the agent puts their contents into
// the conversation without asking, so they are judged as reads. What counts as a mention is the client's own rule (Claude Code
// 2.1.330): "@" at the beginning, after white space or after a CJK mark; the name ends where the last ASCII letter, digit or
// underscore of the word does, or goes on to the quote; what follows a "#" is a place in the file. Where a name can be read in several ways, all count.
func Mentions(prompt string) []string { return mentionsOf(prompt).files }

// mentioned is what a prompt mentions. more is true where it mentions more than is listed.
type mentioned struct {
	files     []string
	resources []string // of MCP servers, "@server:uri", as names for the lists under mcp
	more      bool
	seen      map[string]bool
}

// maxMentions bounds how many files a prompt may mention; with more it is refused.
const maxMentions = 512

// mentionsOf reads each word once for every "@" in it that may begin a mention; what it reads in all is bounded too.
func mentionsOf(prompt string) *mentioned {
	m := &mentioned{seen: map[string]bool{}}
	if !strings.Contains(prompt, "@") {
		return m
	}
	// The client takes links of its own, "@[…](…)", out of the text before it looks for mentions.
	links := strings.Contains(prompt, "@[")
	budget := len(prompt) + 1<<20
	before := ' '
	for i, r := range prompt {
		if r == '@' && (begins(before) || links && before == ')') {
			budget -= m.read(prompt[i+1:])
			if m.more = budget < 0 || len(m.files) > maxMentions || len(m.resources) > maxMentions; m.more {
				m.files, m.resources = m.files[:min(len(m.files), maxMentions)], m.resources[:min(len(m.resources), maxMentions)]
				return m
			}
		}
		before = r
	}
	return m
}

// begins reports whether "@" after this character begins a mention.
func begins(before rune) bool {
	return Blank(before) || strings.ContainsRune("。、？！，", before)
}

// read takes what one "@" mentions, and tells how many bytes it looked at. A name longer than a path can be is cut: the rest only
// matters for a "#", and none is needed to refuse it.
func (m *mentioned) read(s string) int {
	const most = 2 * paths.MaxLength
	if rest, quoted := strings.CutPrefix(s, `"`); quoted {
		name, _, closed := strings.Cut(rest[:min(len(rest), most)], `"`)
		if closed || len(name) == most {
			m.name(name)
		}
		if closed && strings.ContainsFunc(name, Blank) {
			m.resource(name)
		}
		return len(name)
	}
	s = s[:min(len(s), most)]
	if end := strings.IndexFunc(s, Blank); end >= 0 {
		s = s[:end]
	}
	word := strings.TrimRightFunc(s, notWord)
	m.name(word)
	m.resource(word)
	return len(s)
}

// name adds the files that a mention may stand for: with and without what follows a "#", without white space around it, which the
// client takes away, and with its letters composed (NFC), as it does too. It expands no variable and no other person's home, so
// "$(MAKE" and "~bob" are names in the working directory. Text over several lines that stands between quotes is no file's name.
func (m *mentioned) name(text string) {
	file, _, _ := strings.Cut(text, "#")
	for _, name := range []string{text, file} {
		name = strings.TrimFunc(name, Blank)
		if strings.HasPrefix(name, "$") || len(name) > 1 && name[0] == '~' && name[1] != '/' && name[1] != '\\' {
			name = "./" + name
		}
		for _, form := range []string{name, norm.NFC.String(name)} {
			if form == "" || m.seen[form] || strings.ContainsAny(form, "\n\r\u2028\u2029") {
				continue
			}
			m.seen[form] = true
			m.files = append(m.files, form)
		}
	}
}

// resource adds an MCP resource, "server:uri". A URI begins with a scheme (RFC 3986, section 3): without one it is other text with a
// colon in it, such as the annotation @field:NotNull.
func (m *mentioned) resource(text string) {
	server, uri, ok := strings.Cut(text, ":")
	scheme, _, is := strings.Cut(uri, ":")
	if !ok || !is || server == "" || !isScheme(scheme) || m.seen["mcp:"+server] {
		return
	}
	m.seen["mcp:"+server] = true
	if strings.Contains(server, "/") {
		server = "" // no list names such a server, and a pattern for another one must not
	}
	m.resources = append(m.resources, server+"/resources/read")
}

func isScheme(s string) bool {
	for i, r := range s {
		letter := r|0x20 >= 'a' && r|0x20 <= 'z'
		if !letter && (i == 0 || (r < '0' || r > '9') && r != '+' && r != '-' && r != '.') {
			return false
		}
	}
	return s != ""
}

// notWord is the complement of JavaScript's \w.
func notWord(r rune) bool {
	return (r|0x20 < 'a' || r|0x20 > 'z') && (r < '0' || r > '9') && r != '_'
}

// Blank is white space as JavaScript's \s and trim have it (ECMA-262, WhiteSpace and LineTerminator).
func Blank(r rune) bool {
	switch {
	case r >= '\t' && r <= '\r', r == ' ', r == 0xa0, r == 0x1680, r >= 0x2000 && r <= 0x200a, r == 0x2028, r == 0x2029, r == 0x202f, r == 0x205f,
		r == 0x3000, r == 0xfeff:
		return true
	}
	return false
}
