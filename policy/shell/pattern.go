package shell

import (
	"fmt"
	"strings"
)

type elementKind uint8

const (
	elemWord elementKind = iota // one of the alternatives, each one or more words
	elemStar                    // "*": one word that is no option
	elemTail                    // "**": any further words under the tool's table
	elemBag                     // groups that may come in any order
	elemURL                     // url: in a pattern without "**"
)

type element struct {
	kind elementKind
	alts [][]wordPattern
	bag  []group
	url  urlPattern
}

// group is {…}*, {…}+, {…}? or […].
type group struct {
	alts     [][]wordPattern
	min, max int // max 0 is any number
}

// wordPattern matches one word.
type wordPattern struct {
	text string   // as written
	star bool     // has "*"
	bits []string // the literal text around each "*"
	slot byte     // 'N', 'A' (NAME), 'P' (path:) or 0; text is what stands before it
	path string   // for 'P': the pattern behind path:, "" for any path
}

type urlPattern struct {
	scheme, host, path string
}

// compileRule parses a pattern.
func compileRule(text string) (*rule, *RuleProblem) {
	r := &rule{text: text}
	tokens, p := patternTokens(text)
	if p != nil {
		return nil, p
	}
	if len(tokens) == 0 {
		return nil, &RuleProblem{Message: "the pattern is empty", Expected: "a program and its words"}
	}
	for i, t := range tokens {
		el, p := t.element()
		if p != nil {
			p.Offset = t.at
			return nil, p
		}
		if i == 0 {
			if r.name, p = programNames(el); p != nil {
				p.Offset = t.at
				return nil, p
			}
		}
		r.add(el)
	}
	if r.tail {
		// With "**" an address may stand anywhere on the line; each one must fit.
		kept := r.elems[:0]
		for _, el := range r.elems {
			if el.kind == elemURL {
				r.url = append(r.url, el.url)
				continue
			}
			kept = append(kept, el)
		}
		r.elems = kept
		if len(r.url) > 0 && r.elems[len(r.elems)-1].kind != elemTail {
			r.elems = append(r.elems, element{kind: elemTail})
		}
	}
	return r, nil
}

// add appends an element; groups side by side share one bag.
func (r *rule) add(el element) {
	if el.kind == elemTail {
		r.tail = true
	}
	if n := len(r.elems); el.kind == elemBag && n > 0 && r.elems[n-1].kind == elemBag {
		r.elems[n-1].bag = append(r.elems[n-1].bag, el.bag...)
		return
	}
	r.elems = append(r.elems, el)
}

func programNames(el element) ([]string, *RuleProblem) {
	if el.kind != elemWord {
		return nil, &RuleProblem{Message: "a pattern begins with the program's name", Expected: "a name or {name,name}"}
	}
	var names []string
	for _, alt := range el.alts {
		if len(alt) != 1 || alt[0].star || alt[0].slot != 0 || alt[0].text == "" || alt[0].text[0] == '-' {
			return nil, &RuleProblem{Message: "the program's name must be written out", Expected: "a name or {name,name}"}
		}
		names = append(names, alt[0].text)
	}
	return names, nil
}

type patternToken struct {
	text   string
	at     int
	quoted bool
}

// patternTokens splits a pattern at blanks outside brackets and quotes.
func patternTokens(s string) ([]patternToken, *RuleProblem) {
	var out []patternToken
	for i := 0; i < len(s); {
		if s[i] == ' ' || s[i] == '\t' {
			i++
			continue
		}
		start := i
		switch s[i] {
		case '\'', '"':
			end := strings.IndexByte(s[i+1:], s[i])
			if end < 0 {
				return nil, &RuleProblem{Offset: i, Message: "the quote is not closed", Expected: "a closing quote"}
			}
			out = append(out, patternToken{s[i+1 : i+1+end], start, true})
			i += end + 2
			if i < len(s) && s[i] != ' ' && s[i] != '\t' {
				return nil, &RuleProblem{Offset: i, Message: "text stands right behind a quoted word", Expected: "a blank"}
			}
			continue
		case '{', '[':
			closing := byte('}')
			if s[i] == '[' {
				closing = ']'
			}
			end := strings.IndexByte(s[i:], closing)
			if end < 0 {
				return nil, &RuleProblem{Offset: i, Message: fmt.Sprintf("%q is not closed", s[i:i+1]), Expected: fmt.Sprintf("%q", closing)}
			}
			i += end + 1
		}
		for i < len(s) && s[i] != ' ' && s[i] != '\t' {
			i++
		}
		out = append(out, patternToken{s[start:i], start, false})
	}
	return out, nil
}

func (t patternToken) element() (element, *RuleProblem) {
	switch {
	case t.quoted:
		return element{alts: [][]wordPattern{{{text: t.text}}}}, nil
	case t.text == "*":
		return element{kind: elemStar}, nil
	case t.text == "**":
		return element{kind: elemTail}, nil
	case strings.HasPrefix(t.text, "url:"):
		u, p := parseURLPattern(t.text[len("url:"):])
		return element{kind: elemURL, url: u}, p
	case t.text[0] == '[':
		if t.text[len(t.text)-1] != ']' {
			return element{}, &RuleProblem{Message: "text stands right behind ]", Expected: "a blank"}
		}
		alts, p := alternatives(t.text[1:len(t.text)-1], false)
		return element{kind: elemBag, bag: []group{{alts: alts, max: 1}}}, p
	case t.text[0] == '{':
		end := strings.IndexByte(t.text, '}')
		alts, p := alternatives(t.text[1:end], true)
		if p != nil {
			return element{}, p
		}
		switch t.text[end+1:] {
		case "":
			return element{alts: alts}, nil
		case "*":
			return element{kind: elemBag, bag: []group{{alts: alts}}}, nil
		case "+":
			return element{kind: elemBag, bag: []group{{alts: alts, min: 1}}}, nil
		case "?":
			return element{kind: elemBag, bag: []group{{alts: alts, max: 1}}}, nil
		}
		return element{}, &RuleProblem{Message: "text stands right behind }", Expected: "a blank, *, + or ?"}
	}
	w, p := parseWordPattern(t.text)
	return element{alts: [][]wordPattern{{w}}}, p
}

// alternatives parses the inside of {a,b c} or [a b].
func alternatives(s string, commas bool) ([][]wordPattern, *RuleProblem) {
	parts := []string{s}
	if commas {
		parts = strings.Split(s, ",")
	}
	var out [][]wordPattern
	for _, part := range parts {
		var seq []wordPattern
		for _, f := range strings.Fields(part) {
			w, p := parseWordPattern(f)
			if p != nil {
				return nil, p
			}
			seq = append(seq, w)
		}
		if len(seq) == 0 {
			return nil, &RuleProblem{Message: "an alternative is empty", Expected: "a word"}
		}
		out = append(out, seq)
	}
	return out, nil
}

func parseWordPattern(s string) (wordPattern, *RuleProblem) {
	switch {
	case s == "N" || strings.HasSuffix(s, "=N") || len(s) == 3 && s[0] == '-' && s[1] != '-' && s[2] == 'N':
		return wordPattern{text: s[:len(s)-1], slot: 'N'}, nil
	case s == "NAME" || strings.HasSuffix(s, "=NAME"):
		return wordPattern{text: s[:len(s)-4], slot: 'A'}, nil
	case strings.HasPrefix(s, "path:"):
		p := s[len("path:"):]
		if strings.ContainsAny(p, "[?") || strings.Contains(p, "..") {
			return wordPattern{}, &RuleProblem{Message: "path: takes names, * and ** only", Expected: "path:src/**"}
		}
		return wordPattern{slot: 'P', path: p}, nil
	case strings.Contains(s, "**"):
		return wordPattern{}, &RuleProblem{Message: "** stands alone", Expected: "a blank before and after **"}
	case strings.Contains(s, `\*`):
		return wordPattern{text: strings.ReplaceAll(s, `\*`, "*")}, nil
	case strings.Contains(s, "*"):
		if s == "*" {
			return wordPattern{}, &RuleProblem{Message: "* can't stand inside brackets", Expected: "text beside it"}
		}
		return wordPattern{text: s, star: true, bits: strings.Split(s, "*")}, nil
	}
	return wordPattern{text: s}, nil
}

func parseURLPattern(s string) (urlPattern, *RuleProblem) {
	scheme, rest, ok := strings.Cut(s, "://")
	if !ok || scheme != "https" && scheme != "http" {
		return urlPattern{}, &RuleProblem{Message: "url: needs http:// or https://", Expected: "url:https://host/**"}
	}
	host, p, _ := strings.Cut(rest, "/")
	if host == "" || strings.ContainsAny(host, "@ \\") || strings.Contains(strings.TrimPrefix(host, "*."), "*") {
		return urlPattern{}, &RuleProblem{Message: "url: needs one plain host", Expected: "url:https://host/** or url:https://*.host/**"}
	}
	if strings.ContainsAny(p, "[?#") {
		return urlPattern{}, &RuleProblem{Message: "url: takes a path with * and ** only", Expected: "url:https://host/**"}
	}
	return urlPattern{scheme, strings.ToLower(host), p}, nil
}

// match compares an address that strictURL accepted.
func (u urlPattern) match(text string) bool {
	rest, ok := strings.CutPrefix(text, u.scheme+"://")
	if !ok {
		return false
	}
	end := strings.IndexAny(rest, "/?#")
	host, p := rest, ""
	if end >= 0 {
		host, p = rest[:end], rest[end+1:]
	}
	host = strings.ToLower(host)
	if suffix, wild := strings.CutPrefix(u.host, "*"); wild {
		if !strings.HasSuffix(host, suffix) || len(host) == len(suffix) {
			return false
		}
	} else if host != u.host {
		return false
	}
	if u.path == "**" {
		return true
	}
	plain, _, _ := strings.Cut(p, "#")
	if strings.HasSuffix(u.path, "**") {
		plain, _, _ = strings.Cut(plain, "?")
	}
	return GlobsOverlap(u.path, quoteGlob(plain), true)
}
