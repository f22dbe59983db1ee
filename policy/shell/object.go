package shell

import "strings"

// printsObject reports that a substitution ran nothing but a Git command that prints the name of one object: "git merge-base a b"
// or "git rev-parse REV". Such a word is neither an option nor a path, whatever the repository holds. from is the
// number of commands that were known before the substitution.
func (e *eval) printsObject(from int) bool {
	if len(e.a.Commands) != from+1 {
		return false
	}
	c := &e.a.Commands[from]
	if len(c.Words) < 3 || c.Words[0].Text != "git" || len(c.Opens) > 0 || len(c.Wrappers) > 0 {
		return false
	}
	for _, w := range c.Words {
		if w.Kind != Known && !w.object {
			return false
		}
	}
	operands := 0
	for _, w := range c.Words[2:] {
		switch {
		case !strings.HasPrefix(w.Text, "-"):
			operands++
		case w.Text != "--verify" && w.Text != "-q" && w.Text != "--short" && w.Text != "--octopus" && w.Text != "--fork-point":
			return false
		}
	}
	switch c.Words[1].Text {
	case "merge-base":
		return operands >= 1
	case "rev-parse":
		return operands == 1 // which it repeats where it is none
	}
	return false
}
