package shell

import (
	"slices"
	"strings"
)

// oneOf judges the value of an option that takes names which the tool knows, or else the name of a module to load.
func (k *classifier) oneOf(o *option, i int, v Word) {
	if v.Kind != Known {
		k.open(i, "unknown-word", o.name(), "What this word will be is unknown, and it may name code.", "Write it out.", true)
		return
	}
	for _, name := range strings.Split(v.Text, ",") {
		if name != "" && !slices.Contains(o.words, name) {
			k.open(i, "exec", o.name(), quoteShort(name)+" is none of the values of "+o.name()+" that are known to be harmless.", "Use one of "+strings.Join(o.words, ", ")+".", false)
			return
		}
	}
}

// build judges what build and test tools take.
func (k *classifier) build(c class, i int, v Word, st state, how effect) {
	text := v.Text
	switch c {
	case classOutFormat:
		for _, part := range strings.Split(text, ",") {
			if _, file, is := strings.Cut(part, ":"); is && file != "stdout" && file != "stderr" {
				k.file(classWrite, Word{Span: v.Span, Text: file}, st, how, false)
			}
		}
	case classTarget:
		if strings.ContainsAny(text, "/") || strings.HasSuffix(text, ".json") {
			k.open(i, "config", text, "A target's file may name the linker and other programs.", "Name a target.", false)
		}
	case classTestArgs:
		const logFile = "--logfile" // may be abbreviated
		if name, _, _ := strings.Cut(text, "="); len(name) > 2 && strings.HasPrefix(logFile, name) {
			k.open(i, "exec", text, "The test binary writes this file.", "Redirect in the shell.", false)
		}
	case classNativeArgs:
		if !harmlessNative(text) {
			k.open(i, "config", text, "This goes to the native build tool, which may read it as settings or code.", "Use -jN, -k, -v, -s, VERBOSE=1 and targets.", false)
		}
	case classWarning:
		// action:message:category:module:line, with blanks around each; a category with a dot is imported.
		parts := strings.Split(text, ":")
		if len(parts) < 3 {
			return
		}
		if category := strings.TrimSpace(parts[2]); strings.Contains(category, ".") && !strings.HasPrefix(category, "pytest.") {
			k.open(i, "exec", text, "A warning's category with a dot imports its module.", "Use one of Python's own categories.", false)
		}
	}
}

// harmlessNative accepts what make, ninja and their like take for how they run and for goals.
func harmlessNative(text string) bool {
	switch {
	case text == "" || text == "-k" || text == "-v" || text == "-s" || text == "-B" || text == "VERBOSE=1" || text == "V=1" || text == "--verbose" || text == "--keep-going":
		return true
	case strings.HasPrefix(text, "-j") || strings.HasPrefix(text, "-l"):
		return allDigits([]byte(text[2:]))
	}
	return text[0] != '-' && !strings.Contains(text, "=") && harmless(text)
}
