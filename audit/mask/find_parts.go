package mask

import "strings"

// azureSecret takes a client secret of Entra ID: three characters, a digit, "Q~", and 31 to 34 characters.
func azureSecret(text string, after int) (from, to int) {
	const before = 3
	from = after - len("8Q~") - before
	end := run(text, after, func(c byte) bool { return dotted(c) || c == '~' })
	if from < 0 || end-after < 31 || run(text, from, dashed) < from+before || from > 0 && alphanumeric(text[from-1]) && !escapeEnds(text[:from]) {
		return 0, 0
	}
	return from, end
}

// terraformToken takes 14 characters, ".atlasv1." and at least 60 more.
func terraformToken(text string, after int) (from, to int) {
	const before = 14
	from = after - len(".atlasv1.") - before
	end := run(text, after, dashed)
	if from < 0 || end-after < 60 || run(text, from, alnum) < from+before {
		return 0, 0
	}
	return from, end
}

// telegramToken takes the number of a bot, a colon, and 35 characters that begin with AA.
func telegramToken(text string, after int) (from, to int) {
	colon := after - len(":AA")
	from = colon
	for from > 0 && text[from-1] >= '0' && text[from-1] <= '9' {
		from--
	}
	end := run(text, after, dashed)
	if colon-from < 6 || colon-from > 12 || end-after < 32 {
		return 0, 0
	}
	return from, end
}

// longWord takes the next word where it is long enough for a key.
func longWord(text string, after int) (from, to int) {
	start := skipSpace(text, after)
	end := run(text, start, value)
	if end-start < 20 || reference(text[start:end]) {
		return 0, 0
	}
	return start, end
}

// word1 takes the word that follows, of whatever length: openssl's pass:secret.
func word1(text string, after int) (from, to int) {
	end := run(text, after, value)
	if end == after || reference(text[after:end]) {
		return 0, 0
	}
	return after, end
}

// header takes the rest of a header's line, or of the quotes that it stands in.
func header(text string, after int) (from, to int) {
	end := after
	for end < len(text) && text[end] >= ' ' && strings.IndexByte("\"'`\\", text[end]) < 0 {
		end++
	}
	if end-after < 8 || reference(text[after:end]) || strings.IndexByte(text[after:end], '=') < 0 {
		return 0, 0
	}
	return after, end
}

// netrc takes the password of "machine h login u password p".
func netrc(text string, after int) (from, to int) {
	before := text[max(0, after-256):after]
	if !strings.Contains(before, "machine ") || !strings.Contains(before, " login ") {
		return 0, 0
	}
	return word1(text, skipSpace(text, after))
}

// shortOf makes the rule of a password option of one letter that a few commands have.
func shortOf(commands ...string) func(text string, after int) (from, to int) {
	return func(text string, after int) (from, to int) {
		before := text[max(0, after-512):after]
		if i := strings.LastIndexAny(before, "\n;|&"); i >= 0 {
			before = before[i+1:]
		}
		for _, name := range commands {
			for _, w := range strings.FieldsFunc(before, func(r rune) bool { return r == ' ' || r == '"' || r == '/' || r == '\'' }) {
				if w != name {
					continue
				}
				start := skipSpace(text, after)
				if q := skipQuote(text, start); q > start {
					return q, quoteEnd(text, q)
				}
				return word1(text, start)
			}
		}
		return 0, 0
	}
}
