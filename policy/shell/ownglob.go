package shell

import (
	"slices"
	"strings"
)

// ownGlobs gives the files that a quoted word may stand for in a tool that expands patterns itself: the file of that name, and
// what the pattern matches. Braces are spread out; parentheses and backslashes, which such tools read in ways of their own,
// stand for everything below the directory in front of them.
func ownGlobs(v Word) []Word {
	if v.Kind != Known || !strings.ContainsAny(v.Text, ownGlobChars) {
		return []Word{v}
	}
	out := []Word{v}
	texts, ok := spreadBraces(v.Text, nil)
	if !ok || strings.ContainsAny(v.Text, `(\`) {
		at := strings.IndexAny(v.Text, ownGlobChars)
		texts = []string{v.Text[:strings.LastIndexByte(v.Text[:at], '/')+1] + "**"}
	}
	for _, t := range texts {
		w := Word{Span: v.Span, Text: t}
		if hasWildcard(t) {
			w.Kind, w.Text, w.Glob, w.dots = Glob, globDir(t), t, !sourceCode(t)
		}
		out = append(out, w)
	}
	return out
}

// sourceCode reports a pattern like **/*.ts. Tools that expand patterns themselves match a leading dot too, but nobody keeps secrets in a file .env.ts, and the
// pattern stands on many honest lines.
func sourceCode(pattern string) bool {
	name, extension, _ := strings.Cut(pattern[strings.LastIndexByte(pattern, '/')+1:], ".")
	return name == "*" && slices.Contains(sourceExtensions, extension)
}

var sourceExtensions = []string{"js", "jsx", "mjs", "cjs", "ts", "tsx", "mts", "cts", "css", "scss", "less", "html", "vue", "svelte", "md", "mdx"}

// ownGlobChars make a word a pattern for such a tool.
const ownGlobChars = `*?[{(\`

// maxSpread bounds how many names the braces of one pattern may stand for.
const maxSpread = 64

// spreadBraces lists what {a,b} in a text stands for. Nested or too many braces are not spread.
func spreadBraces(text string, out []string) ([]string, bool) {
	open := strings.IndexByte(text, '{')
	if open < 0 {
		return append(out, text), len(out) < maxSpread
	}
	inside, after, closed := strings.Cut(text[open+1:], "}")
	if !closed || strings.Contains(inside, "{") || strings.Contains(inside, "..") {
		return nil, false
	}
	for alternative := range strings.SplitSeq(inside, ",") {
		var ok bool
		if out, ok = spreadBraces(text[:open]+alternative+after, out); !ok {
			return nil, false
		}
	}
	return out, true
}
