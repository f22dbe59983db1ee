package shell

import (
	"path"
	"strings"
)

// how a word of a command was matched.
const (
	byTail    byte = iota // under "**", or not at all
	byStar                // by "*"
	byPattern             // the pattern names it
)

// matcher matches one command's words against one rule.
type matcher struct {
	words []Word
	how   []byte
	steps int
	deny  bool // unknown words match anything: for deny patterns
}

// maxSteps bounds the search; a pattern with many "**" gives up and does not match (for allow) or does (for deny).
const maxSteps = 20000

func (m *matcher) match(elems []element, at int) bool {
	if m.steps++; m.steps > maxSteps {
		return m.deny
	}
	if len(elems) == 0 {
		return at == len(m.words)
	}
	el := elems[0]
	switch el.kind {
	case elemTail:
		if len(elems) == 1 {
			for i := at; i < len(m.words); i++ {
				m.how[i] = byTail
			}
			return true
		}
		for end := at; end <= len(m.words); end++ {
			if end > at {
				m.how[end-1] = byTail
			}
			if m.match(elems[1:], end) {
				return true
			}
		}
		return false
	case elemStar:
		if at >= len(m.words) || !m.operand(m.words[at]) {
			return false
		}
		m.how[at] = byStar
		return m.match(elems[1:], at+1)
	case elemURL:
		if at >= len(m.words) || m.words[at].Kind != Known || !strictURL(m.words[at].Text) || !el.url.match(m.words[at].Text) {
			return false
		}
		m.how[at] = byPattern
		return m.match(elems[1:], at+1)
	case elemBag:
		return m.matchBag(el.bag, make([]int, len(el.bag)), elems[1:], at)
	}
	for _, alt := range el.alts {
		if n := m.sequence(alt, at); n > 0 && m.match(elems[1:], at+n) {
			m.mark(at, n)
			return true
		}
	}
	return false
}

func (m *matcher) mark(at, n int) {
	for i := at; i < at+n; i++ {
		m.how[i] = byPattern
	}
}

func (m *matcher) matchBag(bag []group, counts []int, rest []element, at int) bool {
	if m.steps++; m.steps > maxSteps {
		return m.deny
	}
	for g, gr := range bag {
		if gr.max > 0 && counts[g] >= gr.max {
			continue
		}
		for _, alt := range gr.alts {
			n := m.sequence(alt, at)
			if n == 0 {
				continue
			}
			counts[g]++
			if m.matchBag(bag, counts, rest, at+n) {
				m.mark(at, n)
				return true
			}
			counts[g]--
		}
	}
	for g, gr := range bag {
		if counts[g] < gr.min {
			return false
		}
	}
	return m.match(rest, at)
}

// sequence matches the words of one alternative and returns how many there are, or 0.
func (m *matcher) sequence(alt []wordPattern, at int) int {
	if at+len(alt) > len(m.words) {
		return 0
	}
	for i := range alt {
		if !m.word(&alt[i], m.words[at+i]) {
			return 0
		}
	}
	return len(alt)
}

func (m *matcher) operand(w Word) bool {
	switch w.Kind {
	case Known:
		return !strings.HasPrefix(w.Text, "-") && w.Text != ""
	case Glob:
		return m.deny || !strings.HasPrefix(w.Glob, "-") && !wildStart(w.Glob)
	}
	return m.deny
}

func (m *matcher) word(p *wordPattern, w Word) bool {
	if w.Kind != Known {
		return m.deny || p.slot == 'N' && p.text == "" && w.integer
	}
	return p.matches(w.Text)
}

func (p *wordPattern) matches(text string) bool {
	switch p.slot {
	case 'N':
		rest, ok := strings.CutPrefix(text, p.text)
		return ok && integerText(rest)
	case 'A':
		rest, ok := strings.CutPrefix(text, p.text)
		return ok && plainName(rest)
	case 'P':
		return p.matchesPath(text)
	}
	if !p.star {
		return text == p.text
	}
	return p.matchesStar(text)
}

// matchesStar lets each "*" stand for text that no program is likely to evaluate.
func (p *wordPattern) matchesStar(text string) bool {
	rest, ok := strings.CutPrefix(text, p.bits[0])
	if !ok {
		return false
	}
	last := p.bits[len(p.bits)-1]
	if rest, ok = strings.CutSuffix(rest, last); !ok {
		return false
	}
	for _, bit := range p.bits[1 : len(p.bits)-1] {
		before, after, found := strings.Cut(rest, bit)
		if !found || !harmless(before) {
			return false
		}
		rest = after
	}
	return harmless(rest)
}

func harmless(s string) bool {
	for i := 0; i < len(s); i++ {
		c := s[i]
		if !(c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || strings.IndexByte("_./:,@%+=-", c) >= 0) {
			return false
		}
	}
	return true
}

func plainName(s string) bool {
	if s == "" || s[0] == '-' {
		return false
	}
	for i := 0; i < len(s); i++ {
		c := s[i]
		if !(c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '_' || c == '-' || c == '.') {
			return false
		}
	}
	return true
}

func (p *wordPattern) matchesPath(text string) bool {
	if text == "" || text[0] == '-' {
		return false
	}
	if p.path == "" {
		return true
	}
	clean := path.Clean(text)
	if clean == ".." || strings.HasPrefix(clean, "../") || strings.HasPrefix(clean, "/") != strings.HasPrefix(p.path, "/") || strings.Contains(text, "..") {
		return false
	}
	return GlobsOverlap(path.Clean(p.path), quoteGlob(clean), true)
}
