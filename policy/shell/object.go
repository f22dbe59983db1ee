package shell

import "strings"

// printsObject reports that a substitution ran nothing but a Git command that prints the name of one object: "git merge-base a b",
// "git rev-parse REV" or "git rev-list -1 REV". Such a word is neither an option nor a path, whatever the repository holds.
// from is the number of commands that were known before the substitution.
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
	if c.Words[1].Text == "rev-list" {
		return firstCommit(c.Words[2:])
	}
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

// firstCommit reports that the arguments make git rev-list print one name and nothing else.
func firstCommit(args []Word) bool {
	one := false
	for i, w := range args {
		switch w.Text {
		case "-1", "--max-count=1":
			one = true
		case "-n", "--max-count":
			if i+1 >= len(args) || args[i+1].Text != "1" {
				return false
			}
			one = true
		case "--":
			return one
		case "--first-parent", "--merges", "--no-merges", "--all":
		default:
			name, _, _ := strings.Cut(w.Text, "=")
			if strings.HasPrefix(w.Text, "-") && name != "--before" && name != "--until" && name != "--author" && name != "--grep" {
				return false
			}
		}
	}
	return one
}
