package shell

import (
	"path"
	"slices"
	"strings"
)

// scriptTable has the options that mean the same in most tools that a package's scripts start.
const scriptTable = "npm-script"

// script judges a word that goes on to a script of the package. Which tool gets it is unknown, so every word but an option's name
// counts as a path, and only the values of options in the table npm-script are known to be something else.
func (k *classifier) script(i int, v Word, st state) {
	t := tools.find(scriptTable)
	option, value := k.scriptOption(i, &v)
	if _, file, pair := strings.Cut(value, "="); pair && file != "" && v.Kind == Known { // mocha's -O output=FILE
		value = file
	}
	o := scriptClass(t, option)
	switch {
	case o != nil && o.class == classText && v.Kind != ManyUnknown:
		return
	case option == "" && v.Kind == Known && len(value) > 1 && value[0] == '@':
		k.open(i, "config", value, quoteShort(value)+" may be a file that holds options.", "Write the options out.", false)
		return
	case v.Kind == ManyUnknown || v.Kind == OneUnknown && !v.integer:
		k.open(i, "unknown-word", "", "What this word will be is unknown, and the script may take it for an option or a file.", "Write it out.", true)
		return
	case v.Kind == OneUnknown || v.Kind == Known && value == "":
		return
	case o != nil && o.class != classRead:
		v.Text = value
		k.apply(o, i, v)
		return
	case v.Kind == Known && strings.Contains(value, "://"):
		k.open(i, "net", value, quoteShort(value)+" names a machine to contact.", "A pattern that names this word permits it.", false)
		return
	case v.Kind == Known && (value[0] == '~' || option != "" && st.outside(value)):
		k.open(i, "config", value, "The script may take settings or code from "+quoteShort(value)+".", "Name a file of the project.", false)
	}
	if v.Kind == Known {
		v.Text = value
	}
	// What an unknown option names may be where the tool writes, unless it is hardly a path (the 0 of --max-warnings 0).
	writes := option == "" && k.scriptWrites(t) || option != "" && o == nil && !number(value) && (pathLike(value) || strings.Contains(value, "."))
	for _, w := range ownGlobs(v) {
		k.e.fileEffect(w, st, effect{command: k.index, word: i})
		if writes {
			k.e.fileEffect(w, st, effect{command: k.index, word: i, write: true, tree: true})
		}
	}
}

// scriptOption splits a word for a script into the option that it belongs to, if any, and the value. An option's value may be
// the word behind it.
func (k *classifier) scriptOption(i int, v *Word) (option, value string) {
	text := v.Text
	if v.Kind == OneUnknown {
		text = v.prefix
	}
	if strings.HasPrefix(text, "-") && v.Kind != Glob {
		name, value, joined := strings.Cut(text, "=")
		if !joined && len(text) > 2 && text[1] != '-' && pathLike(text[2:]) {
			return text[:2], text[2:]
		}
		return name, value
	}
	before := k.words[i-1]
	if before.Kind == Known && strings.HasPrefix(before.Text, "-") && !strings.Contains(before.Text, "=") && before.Text != "--" && !slices.Contains(tools.find(scriptTable).writesIf, before.Text) {
		option = before.Text
	}
	return option, text
}

// scriptClass finds what the table says about an option. Such tools don't mind its case (tsc) and divide it by dots (vitest's
// --outputFile.junit).
func scriptClass(t *tool, name string) *option {
	if o := t.find(name); o != nil || len(name) <= 2 {
		return o
	}
	name, _, _ = strings.Cut("--"+strings.TrimLeft(name, "-"), ".")
	for _, long := range t.long {
		if strings.EqualFold(long, name) {
			return t.options[long]
		}
	}
	return nil
}

// number reports a word like 0.5 or 1/2.
func number(s string) bool {
	return strings.Trim(s, "0123456789./") == "" && s != "" && s[0] != '.' && s[0] != '/'
}

// scriptWrites reports that an option like --fix stands among the words for the script.
func (k *classifier) scriptWrites(t *tool) bool {
	for _, i := range k.operands[k.base:] {
		name, _, _ := strings.Cut(k.words[i].Text, "=")
		if slices.Contains(t.writesIf, name) {
			return true
		}
	}
	return false
}

// pathLike reports a word that is hardly anything but a path.
func pathLike(s string) bool {
	return strings.Contains(s, "/") || s == ".." || s == "." || s != "" && s[0] == '~'
}

// outside reports that a path leads out of the directories that the shell may be in.
func (st state) outside(p string) bool {
	if !path.IsAbs(p) {
		clean := path.Clean(p)
		return clean == ".." || strings.HasPrefix(clean, "../")
	}
	for _, d := range st.cwds {
		if p := path.Clean(p); p != d && !strings.HasPrefix(p, strings.TrimSuffix(d, "/")+"/") {
			return true
		}
	}
	return len(st.cwds) == 0
}
