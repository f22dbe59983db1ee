package shell

import (
	"fmt"
	"path"
	"strings"
)

// belowValue is an option's value whose path starts in a directory that another word names.
type belowValue struct {
	class class
	word  int
	text  Word
	next  *belowValue
}

// lastOperand as a table's line "below" means that values start from the last operand.
const lastOperand = "last"

// judgeBelow judges values like curl's -o, which starts from --output-dir, and rsync's --backup-dir, which starts from the
// destination.
func (k *classifier) judgeBelow() {
	for b := k.below; b != nil; b = b.next {
		for _, st := range k.belowStates(b) {
			v := b.text
			if k.t.below != lastOperand && k.target.Text != "" {
				// Such a tool joins the two, even where the second begins with a slash.
				v.Text, v.Glob = strings.TrimLeft(v.Text, "/"), strings.TrimLeft(v.Glob, "/")
			}
			k.value(b.class, b.word, v, st, false)
		}
	}
}

// belowStates are the states from which a value's path may start.
func (k *classifier) belowStates(b *belowValue) []state {
	dir := k.target
	if operands := k.operands[k.base:]; k.t.below == lastOperand && len(operands) > 1 {
		dir = k.words[operands[len(operands)-1]]
	}
	switch {
	case dir.Kind != Known:
		k.open(b.word, "unknown-word", b.text.Text, "The directory that this starts from is unknown.", "Write the directory out.", true)
		return nil
	case dir.Text == "":
		return []state{k.st}
	}
	states := []state{k.stateIn(dir.Text)}
	if k.t.below == lastOperand && !strings.HasSuffix(dir.Text, "/") {
		// A single file may go there, and then the directory around it counts.
		states = append(states, k.stateIn(path.Dir(dir.Text)))
	}
	return states
}

// stateIn is the state of a tool that changed to dir.
func (k *classifier) stateIn(dir string) state {
	st := k.st
	st.cwds = k.st.join(dir)
	return st
}

// expanded is an option's path as a tool reads it that puts the home directory in the place of a leading ~ and values in the
// place of $NAME. It reports false where the path can't be told.
func (k *classifier) expanded(o *option, i int, v Word) (Word, bool) {
	text := v.Text + v.Glob + v.prefix
	home := k.e.variable("HOME", k.st)
	switch tilde := strings.HasPrefix(text, "~"); {
	case strings.Contains(text, "$") || strings.Contains(text, ":~"):
	case !tilde:
		return v, true
	case v.Kind == Known && home.kind == valueKnown && (text == "~" || text[1] == '/'):
		v.Text = home.text + text[1:]
		return v, true
	}
	k.open(i, "unknown-word", o.name(), fmt.Sprintf("%s replaces ~ and $ in the path of %s itself, so which file this is is unknown.", k.t.name, o.name()), "Write the path out.", true)
	return v, false
}

// writeHere records what a tool writes under names of its own.
func (k *classifier) writeHere() {
	how := effect{command: k.index, word: 0}
	at := Word{Span: k.words[0].Span, Text: "."}
	switch {
	case k.target.Text != "":
		at.Text = k.target.Text
	case k.t.hereNames != "":
		k.file(classWrite, Word{Span: at.Span, Kind: Glob, Glob: k.t.hereNames}, k.st, how, false)
		return
	}
	k.file(classWriteTree, at, k.st, how, false)
}
