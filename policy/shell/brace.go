package shell

import (
	"iter"
	"slices"
	"strconv"
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

func hasBrace(w *syntax.Word) bool {
	for _, p := range w.Parts {
		if lit, ok := p.(*syntax.Lit); ok && strings.IndexByte(lit.Value, '{') >= 0 {
			return true
		}
	}
	return false
}

// braces expands {a,b} and {1..3}; what might be one and can't be expanded surely is refused. The word itself stays as it
// is: a loop may walk it again.
func (e *eval) braces(w *syntax.Word) ([]*syntax.Word, bool) {
	if manyBraces(w) {
		e.refuseNode(w, "brace", "The word has too many braces.", "Quote them, or write the words out.")
		return nil, false
	}
	for i, p := range w.Parts {
		v, ok := p.(*syntax.ParamExp)
		if !ok || !v.Short || i+1 == len(w.Parts) {
			continue
		}
		if lit, ok := w.Parts[i+1].(*syntax.Lit); ok && strings.HasPrefix(lit.Value, "{") {
			// Braces come first: $x{1,2} is $x1 $x2.
			e.refuseNode(w, "brace", "The braces become part of the variable's name.", "Write ${name}.")
			return nil, false
		}
	}
	split := &syntax.Word{Parts: slices.Clone(w.Parts)}
	if !syntax.SplitBraces(split) {
		if doubtfulBrace(w) {
			e.refuseNode(w, "brace", "Shells differ about whether these braces expand.", "Quote them.")
			return nil, false
		}
		return []*syntax.Word{w}, true
	}
	if e.lang == syntax.LangPOSIX {
		e.refuseNode(w, "dialect", "Kinds of sh differ about brace expansion.", "Write the words out, or quote the braces.")
		return nil, false
	}
	words, ok := e.expandBraces(split.Parts)
	if !ok {
		e.refuseNode(w, "brace", "The braces expand to too many words or can't be expanded.", "Write the words out.")
		return nil, false
	}
	out := make([]*syntax.Word, len(words))
	for i, parts := range words {
		out[i] = &syntax.Word{Parts: parts}
		if doubtfulBrace(out[i]) {
			e.refuseNode(w, "brace", "Shells differ about how these braces expand.", "Write the words out.")
			return nil, false
		}
		if growsTogether(parts) {
			e.refuseNode(w, "brace", "What the braces give and what stands beside it become one expansion.", "Write the words out.")
			return nil, false
		}
	}
	return out, true
}

// growsTogether reports parts that mean something else side by side: braces come first, so {$v,b}x is $vx bx, and {a,$}v is
// av $v.
func growsTogether(parts []syntax.WordPart) bool {
	name, dollar := false, false // whether the part before ends in $name, or in $
	for _, part := range parts {
		lit, literal := part.(*syntax.Lit)
		switch {
		case literal && lit.Value == "":
			continue
		case dollar || name && literal && (nameLike("x"+lit.Value[:1]) || lit.Value[0] == '['):
			return true
		}
		v, is := part.(*syntax.ParamExp)
		name = is && v.Short
		dollar = literal && strings.HasSuffix(lit.Value, "$") && !strings.HasSuffix(lit.Value, `\$`)
	}
	return false
}

// manyBraces bounds the work of splitting.
func manyBraces(w *syntax.Word) bool {
	n := 0
	for _, p := range w.Parts {
		if lit, ok := p.(*syntax.Lit); ok {
			n += strings.Count(lit.Value, "{")
		}
	}
	return n > 40
}

// doubtfulBrace reports literal text that still looks as if it could expand.
func doubtfulBrace(w *syntax.Word) bool {
	open, sep := false, false
	for rest := range unquotedIn(w) {
		switch rest[0] {
		case '{':
			open, sep = true, false
		case ',':
			sep = open
		case '.':
			sep = sep || open && strings.HasPrefix(rest, "..")
		case '}':
			if open && sep {
				return true
			}
		}
	}
	return false
}

// unquotedIn walks the characters of a word's literal parts that no backslash quotes: each as the rest of its part that begins with it.
func unquotedIn(w *syntax.Word) iter.Seq[string] {
	return func(yield func(string) bool) {
		for _, p := range w.Parts {
			lit, ok := p.(*syntax.Lit)
			if !ok {
				continue
			}
			for i := 0; i < len(lit.Value); i++ {
				if lit.Value[i] == '\\' {
					i++
				} else if !yield(lit.Value[i:]) {
					return
				}
			}
		}
	}
}

const maxBraces = 1000

func (e *eval) expandBraces(parts []syntax.WordPart) ([][]syntax.WordPart, bool) {
	all := [][]syntax.WordPart{nil}
	for _, p := range parts {
		b, is := p.(*syntax.BraceExp)
		if !is {
			for i := range all {
				all[i] = append(all[i], p)
			}
			continue
		}
		var options [][]syntax.WordPart
		if b.Sequence {
			seq, ok := sequence(b)
			if !ok {
				return nil, false
			}
			options = seq
		} else {
			for _, elem := range b.Elems {
				sub, ok := e.expandBraces(elem.Parts)
				if !ok {
					return nil, false
				}
				options = append(options, sub...)
			}
		}
		if len(all)*len(options) > maxBraces {
			return nil, false
		}
		next := make([][]syntax.WordPart, 0, len(all)*len(options))
		for _, head := range all {
			for _, tail := range options {
				next = append(next, append(append([]syntax.WordPart(nil), head...), tail...))
			}
		}
		all = next
	}
	return all, true
}

// sequence expands {from..to[..step]} of integers without leading zeros or of single letters.
func sequence(b *syntax.BraceExp) ([][]syntax.WordPart, bool) {
	if len(b.Elems) < 2 || len(b.Elems) > 3 {
		return nil, false
	}
	var ends [3]string
	for i, el := range b.Elems {
		if ends[i] = el.Lit(); ends[i] == "" {
			return nil, false
		}
	}
	step := 1
	if ends[2] != "" {
		n, err := strconv.Atoi(ends[2])
		if err != nil || n < 1 {
			return nil, false
		}
		step = n
	}
	from, err1 := strconv.Atoi(ends[0])
	to, err2 := strconv.Atoi(ends[1])
	letters := false
	switch {
	case err1 == nil && err2 == nil:
		if strconv.Itoa(from) != ends[0] || strconv.Itoa(to) != ends[1] {
			return nil, false
		}
	case letter(ends[0]) && letter(ends[1]) && (ends[0] >= "a") == (ends[1] >= "a"):
		from, to, letters = int(ends[0][0]), int(ends[1][0]), true
	default:
		return nil, false
	}
	if abs(to-from)/step >= maxBraces {
		return nil, false
	}
	if to < from {
		step = -step
	}
	var out [][]syntax.WordPart
	for n := from; step > 0 && n <= to || step < 0 && n >= to; n += step {
		text := strconv.Itoa(n)
		if letters {
			text = string(rune(n))
		}
		out = append(out, []syntax.WordPart{&syntax.Lit{Value: text}})
	}
	return out, true
}

func letter(s string) bool {
	return len(s) == 1 && (s[0] >= 'a' && s[0] <= 'z' || s[0] >= 'A' && s[0] <= 'Z')
}

func abs(n int) int { return max(n, -n) }
