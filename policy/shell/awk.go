package shell

import "strings"

// awkProgram scans an awk program for what leaves the language: system, getline, pipes, redirections, indirect calls and
// changes of the list of files.
func (k *classifier) awkProgram(i int, v Word) {
	if v.Kind != Known {
		k.open(i, "unknown-word", "", "The awk program is unknown.", "Write the program out.", true)
		return
	}
	if strings.ContainsAny(v.Text, "\r\f\v\x00") {
		k.open(i, "exec", v.Text, "The awk program has control characters, which awks read differently.", "Leave them out.", false)
		return
	}
	s := awkScanner{s: v.Text}
	if bad := s.scan(); bad != "" {
		k.open(i, "exec", v.Text, "The awk program "+bad+".", "Print to the standard output and redirect in the shell.", false)
	}
}

type awkScanner struct {
	s      string
	i      int
	value  bool // the last token was a value, so "/" divides
	doubt  bool // whether "/" divides or begins a regular expression can't be told
	print  bool // inside a print statement, where ">" redirects
	parens int  // open since the print
	goesOn bool // the last token lets the statement go on in the next line: "," "&&" "||" "?" ":"
}

func (a *awkScanner) scan() string {
	for a.i < len(a.s) {
		c := a.s[a.i]
		if bad := a.token(); bad != "" {
			return bad
		}
		if strings.IndexByte(" \t\n#\\", c) < 0 {
			a.goesOn = strings.IndexByte(",&|?:", c) >= 0
		}
	}
	if a.doubt {
		// Then nothing in the text may be dangerous under either reading, not even inside what looks like a string.
		for _, word := range [...]string{"system", "getline", "|", ">", "@", "ARGV", "ARGC", "SYMTAB"} {
			if strings.Contains(strings.ReplaceAll(a.s, "||", ""), word) {
				return "has a / that can be read in two ways beside " + word
			}
		}
	}
	return ""
}

func (a *awkScanner) token() string {
	c := a.s[a.i]
	switch {
	case c == ' ' || c == '\t':
		a.i++
	case c == '\\' && a.i+1 < len(a.s) && a.s[a.i+1] == '\n':
		a.i += 2
	case c == '\n' && a.goesOn:
		a.i++
	case c == '\n' || c == ';' || c == '{' || c == '}':
		a.i++
		a.value, a.print, a.goesOn = false, false, false
	case c == '#':
		for a.i < len(a.s) && a.s[a.i] != '\n' {
			a.i++
		}
	case c == '"':
		return a.str()
	case c == '_' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z':
		return a.word()
	case c >= '0' && c <= '9' || c == '.':
		for a.i < len(a.s) && (a.s[a.i] == '.' || a.s[a.i] >= '0' && a.s[a.i] <= '9' || a.s[a.i] == 'e' || a.s[a.i] == 'E' || a.s[a.i] == 'x') {
			a.i++
		}
		a.value = true
	case c == '/':
		return a.slash()
	default:
		return a.operator(c)
	}
	return ""
}

func (a *awkScanner) str() string {
	for a.i++; a.i < len(a.s); a.i++ {
		switch a.s[a.i] {
		case '\\':
			a.i++
		case '\n':
			return "has a string that does not end"
		case '"':
			a.i++
			a.value = true
			return ""
		}
	}
	return "has a string that does not end"
}

func (a *awkScanner) word() string {
	from := a.i
	for a.i < len(a.s) && nameLike("x"+a.s[a.i:a.i+1]) {
		a.i++
	}
	name := a.s[from:a.i]
	a.value = true
	switch name {
	case "system", "getline", "ARGV", "ARGC", "SYMTAB", "extension", "fflush", "close":
		if name == "close" || name == "fflush" {
			return ""
		}
		return "uses " + name
	case "print", "printf":
		a.print, a.parens, a.value = true, 0, false
	case "if", "while", "for", "do", "else", "return", "in", "delete", "exit", "BEGIN", "END", "function", "func", "switch", "case", "default":
		a.value = false
	}
	return ""
}

// slash is a division behind a value and begins a regular expression elsewhere.
func (a *awkScanner) slash() string {
	if a.value {
		a.i++
		a.value = false
		return ""
	}
	for a.i++; a.i < len(a.s); a.i++ {
		switch a.s[a.i] {
		case '\\':
			a.i++
		case '[':
			if end := bracketEnd(a.s, a.i); end > 0 {
				if strings.IndexByte(a.s[a.i:end], '/') >= 0 {
					a.doubt = true
				}
				a.i = end - 1
			}
		case '\n':
			return "has a regular expression that does not end"
		case '/':
			a.i++
			a.value = true
			return ""
		}
	}
	return "has a regular expression that does not end"
}

// redirect is a print's ">": to the standard streams it is harmless.
func (a *awkScanner) redirect() string {
	a.i++
	rest := strings.TrimLeft(a.s[a.i:], " \t")
	for _, stream := range [...]string{`"/dev/stderr"`, `"/dev/stdout"`, `"/dev/null"`} {
		if behind, ok := strings.CutPrefix(rest, stream); ok {
			if behind = strings.TrimLeft(behind, " \t"); behind == "" || strings.IndexByte(";}\n", behind[0]) >= 0 {
				a.i, a.value = len(a.s)-len(behind), true
				return ""
			}
		}
	}
	return "writes to a file"
}

func (a *awkScanner) operator(c byte) string {
	two := ""
	if a.i+1 < len(a.s) {
		two = a.s[a.i : a.i+2]
	}
	switch {
	case two == "||" || two == "&&":
		a.i += 2
		a.value = false
		return ""
	case two == "++" || two == "--":
		a.i += 2
		if rest := strings.TrimLeft(a.s[a.i:], " \t"); strings.HasPrefix(rest, "/") {
			a.doubt = true
		}
		return ""
	case c == '|' || c == '@' || c == '`':
		return "uses " + string(c)
	case two == ">>":
		return "writes to a file"
	case c == '>' && a.print && a.parens <= 0:
		return a.redirect()
	case c == '(' || c == '[':
		a.parens++
		a.value = false
	case c == ')' || c == ']':
		a.parens--
		a.value = true
		if rest := strings.TrimLeft(a.s[a.i+1:], " \t"); c == ')' && strings.HasPrefix(rest, "/") {
			a.doubt = true
		}
	case strings.IndexByte("$+-*%^!<>=~?:,&", c) >= 0:
		a.value = false
	case c >= 0x80:
		return "has characters outside strings that are not ASCII"
	default:
		return "has a character that is not known"
	}
	a.i++
	return ""
}
