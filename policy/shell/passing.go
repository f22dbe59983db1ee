package shell

import (
	"slices"
	"strings"
)

// passing lists the options with which a filter prints some of the lines that it reads, in any order, and no other text. With
// none of them it does, too.
var passing = map[string][]string{
	"cat":   {},
	"head":  {"-n", "-q", "-z"},
	"tail":  {"-n", "-q", "-z"},
	"sort":  {"-b", "-d", "-f", "-g", "-i", "-M", "-h", "-n", "-R", "-r", "-V", "-s", "-u", "-z", "-k", "-t", "-S", "--sort", "--parallel"},
	"uniq":  {"-d", "-i", "-u", "-z", "-f", "-s", "-w"},
	"grep":  grepPassing,
	"egrep": grepPassing,
	"fgrep": grepPassing,
	"rg":    {"-s", "-F", "-i", "-S", "-v", "-w", "-x", "-P", "-a", "-e", "-m", "--line-buffered"},
}

var grepPassing = []string{"-E", "-F", "-G", "-P", "-i", "--no-ignore-case", "-y", "-v", "-w", "-x", "-s", "-a", "-e", "-m", "-z", "--line-buffered"}

// passed is what a filter prints that reads names from the pipe: the same names, where no option or file changes that.
func (k *classifier) passed(slots []slot) printed {
	options, ok := passing[k.words[0].Text]
	texts := 0 // grep's pattern
	if len(slots) > 0 && slots[0].class == classText {
		texts = 1
	}
	if !ok || !k.e.feedsOK || len(k.operands)-k.base != texts {
		return printed{}
	}
	if texts == 1 && k.words[k.operands[k.base]].Kind != Known {
		return printed{} // it may be an option, or further files
	}
	end := endLine
	for _, u := range k.options {
		if !slices.ContainsFunc(u.option.names, func(name string) bool { return slices.Contains(options, name) }) {
			return printed{}
		}
		if slices.Contains(u.option.names, "-z") {
			end = endNul
		}
	}
	if end != k.e.feeds.end {
		return printed{}
	}
	if texts == 1 && end == endLine && k.words[0].Text != "rg" && !has(k.options, notNarrowing) {
		return printed{k.withEnding(k.words[k.operands[k.base]]), end}
	}
	return k.e.feeds
}

// notNarrowing are the options of grep with which lines don't end as the pattern does.
var notNarrowing = []string{"-v", "-i", "-y", "-F"}

// withEnding narrows names at any depth to those with an ending that grep looks for.
func (k *classifier) withEnding(pattern Word) []Word {
	extended := k.words[0].Text == "egrep" || has(k.options, []string{"-E", "-P"})
	endings := nameEndings(pattern.Text, extended)
	if len(endings) == 0 || k.words[0].Text == "fgrep" {
		return k.e.feeds.names
	}
	var out []Word
	for _, w := range k.e.feeds.names {
		base, anyName := strings.CutSuffix(w.Glob, "**")
		if !anyName {
			out = append(out, w)
			continue
		}
		for _, ending := range endings {
			w.Glob = base + "**/*." + ending
			out = append(out, w)
		}
	}
	return out
}

// nameEndings are the endings in a pattern like \.go$, which means the same in every kind of regular expression, or like
// \.(ts|tsx)$ in an extended one; nil for any other pattern.
func nameEndings(pattern string, extended bool) []string {
	rest, dot := strings.CutPrefix(pattern, `\.`)
	rest, end := strings.CutSuffix(rest, "$")
	if !dot || !end {
		return nil
	}
	if inner, is := strings.CutPrefix(rest, "("); is && extended && strings.HasSuffix(inner, ")") {
		rest = strings.TrimSuffix(inner, ")")
	} else {
		extended = false
	}
	endings := []string{rest}
	if extended {
		endings = strings.Split(rest, "|")
	}
	for _, ending := range endings {
		if ending == "" || !nameLike("x"+ending) {
			return nil
		}
	}
	return endings
}
