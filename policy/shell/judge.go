package shell

import (
	"fmt"
	"slices"
	"strings"
)

// Judge matches every command, wrapper and assignment against the rules.
func (rs *RuleSet) Judge(a *Analysis) Verdict {
	v := Verdict{Matched: make([]string, len(a.Commands)), literal: make([][]bool, len(a.Commands))}
	for i := range a.Commands {
		rs.command(&v, a, i)
	}
	for _, as := range a.Assigns {
		if !slices.Contains(rs.env, as.Name) {
			hint := "The policy lists no variables that a line may set."
			if len(rs.env) > 0 {
				hint = "Variables that a line may set: " + strings.Join(rs.env, ", ") + "."
			}
			v.Findings = append(v.Findings, Finding{
				Span: as.Span, Command: -1, Rule: "env",
				Message: fmt.Sprintf("The variable %s is not one that a line may set.", as.Name), Hint: hint,
			})
		}
	}
	return v
}

func (rs *RuleSet) command(v *Verdict, a *Analysis, i int) {
	c := &a.Commands[i]
	name := c.Words[0].Text
	for _, r := range rs.deny[name] {
		if r.denies(c) {
			v.Findings = append(v.Findings, Finding{
				Span: c.Span, Command: i, Rule: "denied", Pattern: r.text,
				Message: fmt.Sprintf("%s is refused by the pattern %q.", quoteShort(c.Text), r.text),
			})
			return
		}
	}
	for _, w := range c.Wrappers {
		if !slices.Contains(rs.wrappers, w) {
			hint := "Run the command without it."
			if len(rs.wrappers) > 0 {
				hint += " Wrappers that are permitted: " + strings.Join(rs.wrappers, ", ") + "."
			}
			v.Findings = append(v.Findings, Finding{
				Span: c.Span, Command: i, Rule: "wrapper",
				Message: fmt.Sprintf("%s in front of %s is not permitted.", w, quoteShort(c.Text)), Hint: hint,
			})
		}
	}
	if c.Builtin {
		v.Matched[i] = "builtin"
		return
	}
	var best []Finding
	var buf [48]byte
	how := buf[:]
	if len(c.Words) > len(how) {
		how = make([]byte, len(c.Words))
	}
	for _, r := range rs.allow[name] {
		m := matcher{words: c.Words, how: how[:len(c.Words)]}
		clear(m.how)
		if !m.match(r.elems, 0) {
			continue
		}
		found := r.openings(c, i, m.how)
		if len(found) > 0 && (best == nil || len(found) < len(best)) {
			best = found
		}
		if len(found) == 0 {
			v.Matched[i] = r.text
			v.literal[i] = literals(m.how)
			return
		}
	}
	if best != nil {
		v.Findings = append(v.Findings, best...)
		return
	}
	v.Findings = append(v.Findings, Finding{
		Span: c.Span, Command: i, Rule: "not-listed",
		Message: fmt.Sprintf("%s is not on the allow-list.", quoteShort(c.Text)), Hint: rs.hint(name),
	})
}

func literals(how []byte) []bool {
	out := make([]bool, len(how))
	for i, h := range how {
		out[i] = h == byPattern
	}
	return out
}

// hint names the patterns of the same program.
func (rs *RuleSet) hint(name string) string {
	rules := rs.allow[name]
	if len(rules) == 0 {
		return "No pattern of the policy permits " + quoteShort(name) + "."
	}
	var texts []string
	for _, r := range rules {
		if texts = append(texts, r.text); len(texts) == 4 {
			break
		}
	}
	return "Permitted: " + strings.Join(texts, "; ") + "."
}

// openings lists the parts of a matched command that the pattern does not cover.
func (r *rule) openings(c *Command, index int, how []byte) []Finding {
	var out []Finding
	for _, u := range c.urls {
		if len(r.url) > 0 && !r.permits(u.text) && how[u.word] != byPattern {
			out = append(out, Finding{
				Span: c.Words[u.word].Span, Command: index, Rule: "option",
				Message: fmt.Sprintf("%s is not an address that the pattern permits.", quoteShort(u.text)), Hint: "Permitted: " + r.text + ".",
			})
		}
	}
	if len(r.url) > 0 && len(c.urls) == 0 {
		out = append(out, Finding{Span: c.Span, Command: index, Rule: "option", Message: "The command names no address that can be judged.", Hint: "Permitted: " + r.text + "."})
	}
	for _, o := range c.Opens {
		if !o.Never {
			switch {
			case o.Word < len(how) && how[o.Word] == byPattern && o.Word > 0:
				continue
			case o.Word < len(how) && how[o.Word] == byStar && (o.Class == "net" || o.Class == "unknown-option"):
				continue
			case o.Class == "url" && len(r.url) > 0:
				continue // judged above
			case r.opaque && !c.Known && o.Class == "unknown-option":
				continue
			}
		}
		out = append(out, Finding{Span: o.Span, Command: index, Rule: "option", Message: o.Message, Hint: o.Hint})
	}
	return out
}

func (r *rule) permits(url string) bool {
	for _, u := range r.url {
		if u.match(url) {
			return true
		}
	}
	return false
}

// denies reports whether a deny pattern hits: on the words as they stand, or with options in any order and spelling.
func (r *rule) denies(c *Command) bool {
	if r.misses(c) {
		return false
	}
	m := matcher{words: c.Words, how: make([]byte, len(c.Words)), deny: true}
	if !(c.Known && r.looseOption()) && m.match(r.elems, 0) {
		return true
	}
	if !r.tail {
		return false
	}
	var operands []element
	for _, el := range r.elems[1:] {
		if el.kind == elemWord && optionElement(el) {
			if !c.hasOption(el, len(operands) == 0 && onlyOptions(r.elems[1:])) {
				return false
			}
			continue
		}
		operands = append(operands, el)
	}
	// Words with every name that they may go by: pods,secrets/x is pods, secrets and x.
	var words []Word
	for _, i := range c.operandWords() {
		words = append(words, c.Words[i])
	}
	if matchAny(operands, words) || len(c.same) > 0 && matchAny(operands, c.renamed(words)) {
		return true
	}
	return slices.ContainsFunc(words, composed) && matchAny(operands, splitResources(words))
}

// misses is a quick no: the pattern's second word is a subcommand that is not the command's.
func (r *rule) misses(c *Command) bool {
	if len(r.elems) < 2 || len(c.operands) == 0 {
		return false
	}
	el := &r.elems[1]
	if el.kind != elemWord || optionElement(*el) {
		return false
	}
	w := &c.Words[c.operands[0]]
	if len(c.same) > 0 && c.same[0].word == c.operands[0] {
		return false
	}
	if w.Kind != Known || strings.ContainsAny(w.Text, ",/.") {
		return false
	}
	for _, alt := range el.alts {
		if alt[0].matches(w.Text) || !c.Known && len(c.Words) > 1 && alt[0].matches(c.Words[1].Text) {
			return false
		}
	}
	return true
}

// looseOption reports an option behind "**". On the bare words it could match the value of another option; where the
// tool's table tells options from values, only real options count.
func (r *rule) looseOption() bool {
	tail := false
	for _, el := range r.elems {
		if tail && el.kind == elemWord && optionElement(el) {
			return true
		}
		tail = tail || el.kind == elemTail
	}
	return false
}

func matchAny(elems []element, words []Word) bool {
	m := matcher{words: words, how: make([]byte, len(words)), deny: true}
	return m.match(elems, 0)
}

// renamed gives subcommands that go by another name the name that the table prefers.
func (c *Command) renamed(words []Word) []Word {
	words = slices.Clone(words)
	for j, i := range c.operandWords() {
		for _, s := range c.same {
			if s.word == i {
				words[j].Text = s.text
			}
		}
	}
	return words
}

// composed reports a word that a tool may read as several, or in lower case.
func composed(w Word) bool {
	return w.Kind == Known && strings.IndexFunc(w.Text, func(r rune) bool { return r == ',' || r == '/' || r == '.' || r >= 'A' && r <= 'Z' }) >= 0
}

func splitResources(words []Word) []Word {
	var out []Word
	for _, w := range words {
		if !composed(w) {
			out = append(out, w)
			continue
		}
		for _, part := range strings.FieldsFunc(strings.ToLower(w.Text), func(r rune) bool { return r == ',' || r == '/' }) {
			out = append(out, Word{Span: w.Span, Text: part})
			if head, _, dotted := strings.Cut(part, "."); dotted && head != "" {
				out = append(out, Word{Span: w.Span, Text: head})
			}
		}
	}
	return out
}

func optionElement(el element) bool {
	for _, alt := range el.alts {
		if len(alt) != 1 || !strings.HasPrefix(alt[0].text, "-") {
			return false
		}
	}
	return true
}

func onlyOptions(elems []element) bool {
	for _, el := range elems {
		if el.kind != elemTail && !(el.kind == elemWord && optionElement(el)) {
			return false
		}
	}
	return true
}

// operandWords are the words that are neither options nor their values; for a tool without a table, all but the options.
func (c *Command) operandWords() []int {
	if c.Known || len(c.operands) > 0 {
		return c.operands
	}
	var out []int
	for i := 1; i < len(c.Words); i++ {
		if !strings.HasPrefix(c.Words[i].Text, "-") {
			out = append(out, i)
		}
	}
	return out
}

// hasOption reports whether one of an element's options is on the line under any of its names or abbreviations.
func (c *Command) hasOption(el element, global bool) bool {
	first := len(c.Words)
	if global && len(c.operands) > 0 {
		first = c.operands[0]
	}
	for _, alt := range el.alts {
		p := &alt[0]
		name, _, _ := strings.Cut(p.text, "=")
		for _, u := range c.options {
			if u.word < first && slices.Contains(u.option.names, name) {
				return true
			}
		}
		for i := 1; i < first; i++ {
			w := c.Words[i]
			text := w.Text
			if w.Kind != Known {
				text = w.prefix
			}
			if !strings.HasPrefix(text, "-") || c.Known && !c.optionWord(i) {
				continue
			}
			got, _, _ := strings.Cut(text, "=")
			if p.matches(text) || got == name || len(got) > 2 && strings.HasPrefix(got, "--") && strings.HasPrefix(name, got) && !c.usesExactly(i, got) {
				return true
			}
		}
	}
	return false
}

// optionWord reports whether the word holds an option rather than an option's value or an operand.
func (c *Command) optionWord(i int) bool {
	for _, u := range c.options {
		if u.word == i {
			return true
		}
	}
	for _, o := range c.Opens {
		if o.Word == i && o.Class == "unknown-option" {
			return true
		}
	}
	return false
}

func (c *Command) usesExactly(i int, name string) bool {
	for _, u := range c.options {
		if u.word == i && slices.Contains(u.option.names, name) {
			return true
		}
	}
	return false
}
