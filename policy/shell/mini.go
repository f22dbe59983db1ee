package shell

import "strings"

// mini runs the part of a tool's grammar that its table can't express. It returns where the table goes on, or that it
// classed every word.
func (k *classifier) mini(i int) (next int, done bool) {
	switch k.t.mini {
	case "find":
		return findExpression(k, i)
	case "git":
		k.gitGlobals(i)
		return 1, false
	case "python":
		return k.pythonModule(i)
	}
	k.open(0, "unknown-option", "", "The table of "+k.t.name+" names a grammar that does not exist.", "", true)
	return i, true
}

// gitGlobals takes --no-pager and -C DIR off, so that "git -C DIR log" is matched as git log run in DIR.
func (k *classifier) gitGlobals(i int) {
	for i < len(k.words) {
		w := k.words[i]
		if w.Kind != Known {
			break
		}
		if w.Text == "--no-pager" {
			i++
			continue
		}
		if w.Text != "-C" || i+1 >= len(k.words) {
			break
		}
		before := len(k.e.a.Refusals)
		k.value(classChdir, i, k.words[i+1], k.st, false)
		if k.words[i+1].Kind != Known && len(k.e.a.Refusals) == before {
			k.e.refuse(k.words[i+1].Span, "unknown-directory", "Which directory git runs in is unknown.", "Write the directory out.")
		}
		i += 2
	}
	if i == 1 {
		return
	}
	words := make([]Word, 0, len(k.words))
	words = append(append(words, k.words[0]), k.words[i:]...)
	k.words = words
	c := &k.e.a.Commands[k.index]
	c.Words, c.Cwds = words, k.st.cwds
	c.Text = commandText(words)
	for f := range k.e.a.Files {
		if k.e.a.Files[f].Command == k.index {
			k.e.a.Files[f].Word = -1
		}
	}
	for o := range c.Opens {
		c.Opens[o].Word = 0
	}
}

// pythonModule hands "python -m NAME" over to NAME's table.
func (k *classifier) pythonModule(i int) (int, bool) {
	if i+1 < len(k.words) && k.words[i].Kind == Known && k.words[i].Text == "-m" && k.words[i+1].Kind == Known {
		t := tools.find(k.words[i+1].Text)
		if t != nil && t.wraps == "" && t.mini != "python" {
			k.switchTo(t, i+1)
			return i, true
		}
		k.open(i+1, "exec", k.words[i+1].Text, quoteShort(k.words[i+1].Text)+" has no tool table.", "A pattern that names this module permits it.", false)
		k.operands = append(k.operands, i+1)
		k.operands = append(k.operands, k.e.unknownTool(k.index, i+2, k.st)...)
		k.e.a.Commands[k.index].reads = false
		return i, true
	}
	return i, false
}

// url parses an address strictly and notes it. Only a pattern with url: or the exact word opens it.
func (k *classifier) url(i int, v Word) {
	if v.Kind != Known || !strictURL(v.Text) {
		k.open(i, "net", v.Text, "This address can't be parsed strictly: it needs a scheme, a plain host and no brackets, braces, user or dot segments.",
			"Write https://host/path.", true)
		return
	}
	k.urls = append(k.urls, address{i, v.Text})
	k.open(i, "url", v.Text, quoteShort(v.Text)+" names a machine to contact.", "A pattern with url: permits addresses.", false)
}

// strictURL accepts what every URL parser reads the same way.
func strictURL(s string) bool {
	rest, ok := strings.CutPrefix(s, "https://")
	if !ok {
		if rest, ok = strings.CutPrefix(s, "http://"); !ok {
			return false
		}
	}
	end := strings.IndexAny(rest, "/?#")
	host := rest
	tail := ""
	if end >= 0 {
		host, tail = rest[:end], rest[end:]
	}
	if tail != "" && tail[0] != '/' {
		return false
	}
	host, port, hasPort := strings.Cut(host, ":")
	if host == "" || host[0] == '-' || host[0] == '.' || hasPort && (port == "" || len(port) > 5 || !allDigits([]byte(port))) {
		return false
	}
	for i := 0; i < len(host); i++ {
		c := host[i]
		if !(c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '-' || c == '.') {
			return false
		}
	}
	for i := 0; i < len(tail); i++ {
		c := tail[i]
		if c <= ' ' || c >= 0x7f || strings.IndexByte("\\{}[]<>\"`|^", c) >= 0 {
			return false
		}
	}
	p, _, _ := strings.Cut(tail, "?")
	p, _, _ = strings.Cut(p, "#")
	p = strings.ToLower(strings.ReplaceAll(strings.ToLower(p), "%2e", "."))
	if strings.Contains(p, "%2f") || strings.Contains(p, "%5c") {
		return false
	}
	for _, seg := range strings.Split(p, "/") {
		if seg == "." || seg == ".." {
			return false
		}
	}
	return true
}
