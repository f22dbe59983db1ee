package shell

import "strings"

// sedScript parses a sed script. What the grammar here doesn't know is refused: a script may run commands (e) and name
// files (r, R, w, W).
func (k *classifier) sedScript(i int, v Word) {
	if v.Kind != Known {
		k.open(i, "unknown-word", "", "The sed script is unknown.", "Write the script out.", true)
		return
	}
	if n := len(v.Text) - len(strings.TrimRight(v.Text, `\`)); n%2 == 1 {
		// With a further -e the text goes on there, and what is one command here may be two.
		k.open(i, "exec", v.Text, "The sed script ends in a backslash, so what follows it is part of it.", "Write the script in one piece.", false)
		return
	}
	p := &sedParser{s: v.Text, k: k, word: i, at: v.Span}
	if bad := p.script(); bad != "" {
		k.open(i, "exec", v.Text, "The sed script "+bad+".", "Use addresses and the commands p, d, q, s, y, a, i, c, n.", false)
	}
}

type sedParser struct {
	s    string
	i    int
	k    *classifier
	word int
	at   Span
}

func (p *sedParser) peek() byte {
	if p.i < len(p.s) {
		return p.s[p.i]
	}
	return 0
}

func (p *sedParser) blanks() {
	for p.i < len(p.s) && (p.s[p.i] == ' ' || p.s[p.i] == '\t') {
		p.i++
	}
}

// script parses commands to the end; "" is success, otherwise what is wrong.
func (p *sedParser) script() string {
	for {
		for p.i < len(p.s) && strings.IndexByte(" \t\n;", p.s[p.i]) >= 0 {
			p.i++
		}
		if p.i == len(p.s) {
			return ""
		}
		if bad := p.command(); bad != "" {
			return bad
		}
	}
}

func (p *sedParser) command() string {
	if p.address() {
		p.blanks()
		if p.peek() == ',' {
			p.i++
			p.blanks()
			if c := p.peek(); c == '+' || c == '~' {
				p.i++
			}
			if !p.address() {
				return "has an address that can't be parsed"
			}
		}
	}
	p.blanks()
	for p.peek() == '!' {
		p.i++
		p.blanks()
	}
	if p.i == len(p.s) {
		return "ends without a command"
	}
	c := p.s[p.i]
	p.i++
	switch c {
	case '{', '}', '=', 'd', 'D', 'g', 'G', 'h', 'H', 'n', 'N', 'p', 'P', 'x', 'z', 'F':
		return p.end(c == '{' || c == '}')
	case 'q', 'Q', 'l', 'L':
		p.blanks()
		for p.i < len(p.s) && p.s[p.i] >= '0' && p.s[p.i] <= '9' {
			p.i++
		}
		return p.end(false)
	case '#':
		p.line()
		return ""
	case ':', 'b', 't', 'T':
		p.blanks()
		for p.i < len(p.s) && strings.IndexByte("; \t\n}", p.s[p.i]) < 0 {
			p.i++
		}
		return ""
	case 'a', 'i', 'c':
		p.text()
		return ""
	case 's':
		return p.substitute()
	case 'y':
		return p.transliterate()
	case 'r', 'w':
		p.blanks()
		return p.file(c == 'w')
	case 'e', 'R', 'W', 'v':
		return "uses the command " + string(c) + ", which can run programs or read further files"
	}
	return "has a command that is not known"
}

// end wants the end of a simple command.
func (p *sedParser) end(brace bool) string {
	p.blanks()
	if p.i == len(p.s) || brace {
		return ""
	}
	switch p.s[p.i] {
	case ';', '\n', '}', '#':
		return ""
	}
	return "has text behind a command"
}

func (p *sedParser) line() string {
	from := p.i
	for p.i < len(p.s) && p.s[p.i] != '\n' {
		p.i++
	}
	return p.s[from:p.i]
}

// text skips what a, i and c print: to the end of the line, and on where the line ends in a backslash.
func (p *sedParser) text() {
	for {
		l := p.line()
		n := 0
		for n < len(l) && l[len(l)-1-n] == '\\' {
			n++
		}
		if n%2 == 0 || p.i == len(p.s) {
			return
		}
		p.i++
	}
}

// file takes the rest of the line as a file's name.
func (p *sedParser) file(write bool) string {
	name := p.line()
	if name == "" {
		return "names no file"
	}
	p.k.e.fileEffect(Word{Span: p.at, Text: name}, p.k.st, effect{command: p.k.index, word: p.word, write: write})
	return ""
}

// address parses one address, if one stands here.
func (p *sedParser) address() bool {
	switch c := p.peek(); {
	case c >= '0' && c <= '9':
		for p.i < len(p.s) && (p.s[p.i] >= '0' && p.s[p.i] <= '9' || p.s[p.i] == '~') {
			p.i++
		}
		return true
	case c == '$':
		p.i++
		return true
	case c == '/' || c == '\\' && p.i+1 < len(p.s):
		if c == '\\' {
			p.i++
		}
		delim := p.s[p.i]
		if delim == '\n' || delim == '\\' || delim >= 0x80 {
			return false
		}
		p.i++
		if !p.until(delim, true) {
			return false
		}
		for p.i < len(p.s) && (p.s[p.i] == 'I' || p.s[p.i] == 'M') {
			p.i++
		}
		return true
	}
	return false
}

// until reads past an unescaped delimiter; in a regular expression brackets hide it.
func (p *sedParser) until(delim byte, regex bool) bool {
	for p.i < len(p.s) {
		switch c := p.s[p.i]; {
		case c == '\\':
			p.i += 2
			continue
		case c == delim:
			p.i++
			return true
		case c == '[' && regex && delim != '[':
			if end := bracketEnd(p.s, p.i); end > 0 {
				p.i = end
				continue
			}
		case c == '\n' && delim != '\n':
			return false // sed ends the command here, whatever was open
		}
		p.i++
	}
	return false
}

// bracketEnd is the position behind a bracket expression that starts at i, or 0 where none ends.
func bracketEnd(s string, i int) int {
	j := i + 1
	if j < len(s) && s[j] == '^' {
		j++
	}
	if j < len(s) && s[j] == ']' {
		j++
	}
	for ; j < len(s) && s[j] != '\n'; j++ {
		switch {
		case s[j] == ']':
			return j + 1
		case s[j] == '[' && j+1 < len(s) && strings.IndexByte(".:=", s[j+1]) >= 0:
			end := strings.Index(s[j+2:], s[j+1:j+2]+"]")
			if end < 0 {
				return 0
			}
			j += end + 3
		}
	}
	return 0
}

func (p *sedParser) substitute() string {
	if p.i == len(p.s) {
		return "ends inside s"
	}
	delim := p.s[p.i]
	if delim == '\n' || delim == '\\' || delim >= 0x80 {
		return "has a delimiter that can't be used"
	}
	p.i++
	start := p.i
	if !p.until(delim, true) {
		return "ends inside s"
	}
	if !p.until(delim, false) {
		return "ends inside s"
	}
	end := p.i
	// Where the other reading, in which brackets don't hide the delimiter, is a script too, programs may differ.
	if strings.IndexByte(p.s[start:p.i], '[') >= 0 {
		other := &sedParser{s: p.s, i: start}
		if other.plainTwice(delim) && other.i != end && other.validFlags() {
			return "has a delimiter inside brackets, which programs read differently"
		}
	}
	return p.flags()
}

// validFlags reports whether flags stand here that some sed would accept.
func (p *sedParser) validFlags() bool {
	for p.i < len(p.s) && strings.IndexByte("gpiImMe0123456789", p.s[p.i]) >= 0 {
		p.i++
	}
	return p.i < len(p.s) && p.s[p.i] == 'w' || p.end(false) == ""
}

func (p *sedParser) plainUntil(delim byte) bool {
	for p.i < len(p.s) {
		switch p.s[p.i] {
		case '\\':
			p.i += 2
			continue
		case delim:
			p.i++
			return true
		case '\n':
			return false
		}
		p.i++
	}
	return false
}

// plainTwice reads two parts in a row, each up to the delimiter.
func (p *sedParser) plainTwice(delim byte) bool {
	for range 2 {
		if !p.plainUntil(delim) {
			return false
		}
	}
	return true
}

// flags parses what follows s/…/…/.
func (p *sedParser) flags() string {
	for p.i < len(p.s) {
		switch c := p.s[p.i]; {
		case strings.IndexByte("gpiImM0123456789", c) >= 0:
			p.i++
		case c == 'w':
			p.i++
			p.blanks()
			return p.file(true)
		case c == 'e':
			return "uses the flag e, which runs what it makes"
		default:
			return p.end(false)
		}
	}
	return ""
}

func (p *sedParser) transliterate() string {
	if p.i == len(p.s) {
		return "ends inside y"
	}
	delim := p.s[p.i]
	if delim == '\n' || delim == '\\' || delim >= 0x80 {
		return "has a delimiter that can't be used"
	}
	p.i++
	if !p.plainTwice(delim) {
		return "ends inside y"
	}
	return p.end(false)
}
