package shell

import (
	"strings"
	"unicode/utf8"
)

// The limits of DESIGN: a line past one of them is refused, never judged by a weaker check.
const (
	maxSource   = 32 << 10 // bytes
	maxLevels   = 32       // compound commands, substitutions and groups inside each other
	maxOps      = 256      // control operators between commands
	maxCommands = 100      // simple commands in the text
	maxRuns     = 300      // simple commands after loops over known words are unrolled
	maxWords    = 1000     // words that braces or variables expand to

	// The parser recurses once per opening token and once per operator. maxSource alone keeps that far below Go's stack
	// limit; these keep its time bounded too. They count every byte that could open something, also in quotes and
	// here-documents, so they can only over-count; the exact counts are taken on the syntax tree.
	maxOpeners   = 2048
	maxParens    = 800 // of these: arithmetic takes some twenty calls of the parser for each
	maxRawOps    = 6000
	maxBackquote = 64
)

// gate checks the bytes before anything parses them. The zero Refusal (no Rule) means that the text may be parsed.
func gate(src string) Refusal {
	if len(src) > maxSource {
		return Refusal{Span{0, len(src)}, "limit", "The command is longer than 32 KiB.", "Split it, or write the text to a file with the editing tool first."}
	}
	openers, parens, ops, ticks := 0, 0, 0, 0
	for i := 0; i < len(src); {
		c := src[i]
		if c < utf8.RuneSelf {
			switch c {
			case '(':
				openers++
				parens++
			case '{':
				openers++
			case '`':
				ticks++
			case '|', '&', ';', '\n':
				ops++
			case '\t':
			default:
				if c < ' ' || c == 0x7f {
					return control(i, 1)
				}
			}
			i++
			continue
		}
		r, n := utf8.DecodeRuneInString(src[i:])
		if r == utf8.RuneError && n <= 1 {
			return Refusal{Span{i, 1}, "encoding", "The command is not valid UTF-8.", "Send text as UTF-8."}
		}
		if hiddenRune(r) {
			return control(i, n)
		}
		i += n
	}
	openers += keywordOpeners(src)
	switch {
	case openers > maxOpeners, parens > maxParens:
		return Refusal{Span{0, len(src)}, "limit", "The command has too many opening brackets or keywords to be analysed.", "Split it into several commands."}
	case ops > maxRawOps:
		return Refusal{Span{0, len(src)}, "limit", "The command has too many operators to be analysed.", "Split it into several commands."}
	case ticks > maxBackquote*4:
		return Refusal{Span{0, len(src)}, "limit", "The command has too many backquotes to be analysed.", "Use $(…) or single quotes."}
	}
	return Refusal{}
}

func control(at, n int) Refusal {
	return Refusal{Span{at, n}, "control-character", "The command has a control, bidirectional or invisible character.", "Use only visible characters, blanks, tabs and line feeds."}
}

// hiddenRune reports characters that a reader can't see or that reorder what is seen.
func hiddenRune(r rune) bool {
	switch {
	case r >= 0x80 && r <= 0x9f, r >= 0x200b && r <= 0x200f, r >= 0x2028 && r <= 0x202e, r >= 0x2060 && r <= 0x2069,
		r == 0xfeff, r == 0xad, r == 0x61c, r == 0x180e, r >= 0xfff9 && r <= 0xfffb, r >= 0xe0000 && r <= 0xe007f:
		return true
	}
	return false
}

// keywordOpeners over-counts the reserved words that open a compound command.
func keywordOpeners(src string) int {
	n := 0
	for _, k := range [...]string{"if", "while", "until", "for", "case", "select", "[["} {
		n += strings.Count(src, k)
	}
	return n
}
