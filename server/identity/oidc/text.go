package oidc

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// clean makes text from outside fit for a sentence: one line, printable, no characters that turn the direction of writing,
// at most limit bytes.
func clean(text string, limit int) string {
	var b strings.Builder
	space := false
	for _, r := range text {
		switch {
		case unicode.Is(unicode.Cf, r), r == utf8.RuneError:
			continue
		case unicode.IsControl(r), unicode.IsSpace(r):
			space = b.Len() > 0
			continue
		}
		if b.Len()+utf8.RuneLen(r)+1 > limit+1 || space && b.Len()+utf8.RuneLen(r)+1 > limit {
			return strings.TrimSpace(b.String()) + "…"
		}
		if space {
			b.WriteByte(' ')
			space = false
		}
		b.WriteRune(r)
	}
	return b.String()
}

// tokenShaped finds what looks like a JWT or another long secret in a provider's text.
var tokenShaped = regexp.MustCompile(`[A-Za-z0-9_\-.~+/=]{40,}`)

// quote makes a provider's own words part of one of our messages: cleaned, cut, in quotation marks, and without the
// secrets of this exchange, should the provider echo them. It is "" where nothing is left.
func quote(text string, secrets ...string) string {
	for _, s := range secrets {
		if len(s) >= 4 {
			text = strings.ReplaceAll(text, s, "[secret]")
		}
	}
	if text = clean(tokenShaped.ReplaceAllString(text, "[secret]"), 200); text == "" {
		return ""
	}
	return "“" + text + "”"
}

var codeShaped = regexp.MustCompile(`^[a-z_]{1,60}$`)

// errorCode is an OAuth error code fit for a log. Whatever doesn't look like one may be anything, so it is left out.
func errorCode(code string) string {
	if codeShaped.MatchString(code) {
		return code
	}
	return "(not a code)"
}

// says appends a provider's words to a sentence without a full stop.
func says(sentence, text string, secrets ...string) string {
	if q := quote(text, secrets...); q != "" {
		return sentence + "; it says " + q
	}
	return sentence
}
