package mask

import "strings"

// assignment is how a value was given to a name.
type assignment uint8

const (
	none   assignment = iota
	quoted            // name = "value", "name": "value"
	bare              // NAME=value, name: value
	spaced            // --name value
)

// assigned finds the value given to the name that a keyword is part of. Quotes may have a backslash before them, as in
// JSON inside JSON.
func assigned(text string, after int) (from, to int, kind assignment) {
	i := run(text, after, dashed)
	nameEnd := i
	i = skipQuote(text, i)
	closed := i > nameEnd
	gap := i
	i = skipSpace(text, i)
	spaces := i - gap
	if i == len(text) {
		return 0, 0, none
	}
	switch c := text[i]; {
	case c == '=' || c == ':':
		i++
		if i < len(text) && c == ':' && text[i] == '=' {
			i++
		}
		start := i
		i = skipSpace(text, i)
		if q := skipQuote(text, i); q > i {
			return q, quoteEnd(text, q), quoted
		}
		// Without quotes, name = value with spaces is code, not a secret; a colon with a space is YAML or a header.
		if closed || c == '=' && (spaces > 0 || i > start) || c == ':' && spaces > 0 {
			return 0, 0, none
		}
		return i, run(text, i, value), bare
	case spaces > 0 && !closed:
		if q := skipQuote(text, i); q > i {
			return q, quoteEnd(text, q), spaced
		}
		return i, run(text, i, value), spaced
	}
	return 0, 0, none
}

func skipSpace(text string, i int) int {
	for i < len(text) && (text[i] == ' ' || text[i] == '\t') {
		i++
	}
	return i
}

// skipQuote steps over one quote, with backslashes before it.
func skipQuote(text string, i int) int {
	at := i
	for at < len(text) && text[at] == '\\' {
		at++
	}
	if at < len(text) && (text[at] == '"' || text[at] == '\'') {
		return at + 1
	}
	return i
}

// quoteEnd gives the place of the quote that closes the one before at, or of the backslashes that belong to it; the end of
// the text where it is missing. A quote closes when it is escaped as deeply as the one that opened.
func quoteEnd(text string, at int) int {
	quote := text[at-1]
	depth := backslashes(text, at-1)
	for i := at; i < len(text); i++ {
		if text[i] != quote {
			continue
		}
		n := min(backslashes(text, i), i-at)
		if n == depth || depth == 0 && n%2 == 0 || depth == 1 && n%4 == 1 {
			return i - depth
		}
	}
	return len(text)
}

// backslashes counts those that stand before a place.
func backslashes(text string, at int) int {
	n := 0
	for n < at && text[at-1-n] == '\\' {
		n++
	}
	return n
}

// optionName reports whether the name that ends around a place is an option: it begins with a dash behind white space, a
// quote, or an escape of JSON that stands for white space.
func optionName(text string, at int) bool {
	i := at
	for i > 0 && dashed(text[i-1]) {
		i--
	}
	if i < at && escapeEnds(text[:i+1]) {
		return text[i+1] == '-'
	}
	return text[i] == '-' && (i == 0 || strings.IndexByte(" \t\r\n\"'", text[i-1]) >= 0)
}
