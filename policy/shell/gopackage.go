package shell

import (
	"slices"
	"strings"
)

// fetches reports that the tool gets packages by their names, always or with one of its options.
func (k *classifier) fetches() bool {
	if k.t.fetching {
		return true
	}
	for _, u := range k.options {
		for _, n := range k.t.fetchesIf {
			name, value, valued := strings.Cut(n, "=")
			if slices.Contains(u.option.names, name) && (!valued || k.mayHold(u, value)) {
				return true
			}
		}
	}
	return false
}

// mayHold reports whether an option on the line has the value, or one that is unknown.
func (k *classifier) mayHold(u used, value string) bool {
	w := k.words[u.word]
	if _, joined, is := strings.Cut(w.Text, "="); is {
		return joined == value
	}
	if w.Kind != Known || u.word+1 >= len(k.words) {
		return true
	}
	next := k.words[u.word+1]
	return next.Kind != Known || next.Text == value
}

// fetched reports a Go package whose name begins with a machine's.
func fetched(name string) bool {
	first, _, _ := strings.Cut(name, "/")
	return strings.Contains(first, ".") && strings.Trim(first, ".") != "" && !strings.HasSuffix(name, ".go")
}

// goPackage: ./x, ../x, /x, x.go and x/... below a dot are directories or files; the rest are import paths.
func (k *classifier) goPackage(v Word, st state, how effect) {
	if v.Kind == Glob {
		k.e.fileEffect(v, st, how)
		return
	}
	t := strings.TrimSuffix(v.Text, "...")
	if t == "" {
		return
	}
	if fetched(v.Text) && (strings.Contains(v.Text, "@") || k.fetches()) {
		k.open(how.word, "net", v.Text, quoteShort(v.Text)+" is fetched from the machine that its name begins with.", "Name packages of this module, or leave the version out.", false)
		return
	}
	if t[0] == '.' || t[0] == '/' || strings.HasSuffix(t, ".go") || strings.Contains(t, "..") || strings.HasPrefix(v.Text, "~") {
		v.Text = strings.TrimSuffix(t, "/")
		if v.Text == "" {
			v.Text = "/"
		}
		k.e.fileEffect(v, st, how)
	}
	if name, file, ok := strings.Cut(v.Text, "="); ok && (name == "file" || name == "pattern") {
		v.Text = file
		k.e.fileEffect(v, st, how)
	}
}
