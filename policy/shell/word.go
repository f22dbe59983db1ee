package shell

import (
	"path"
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

// fields expands words as the shell would for a command's arguments.
func (e *eval) fields(words []*syntax.Word, st state) []Word {
	out := make([]Word, 0, len(words))
	for _, w := range words {
		out = e.field(out, w, st)
		if len(out) > maxWords {
			e.stop(e.span(w), "The command expands to more than 1,000 words.")
		}
		if e.stopped {
			return out
		}
	}
	return out
}

// field appends the fields that one word expands to.
func (e *eval) field(out []Word, w *syntax.Word, st state) []Word {
	if len(w.Parts) == 1 {
		switch p := w.Parts[0].(type) {
		case *syntax.Lit:
			if plain(p.Value) {
				return append(out, Word{Span: e.span(w), Text: p.Value})
			}
		case *syntax.SglQuoted:
			if !p.Dollar {
				return append(out, Word{Span: e.span(w), Text: p.Value})
			}
		}
	}
	if hasBrace(w) {
		alternatives, ok := e.braces(w)
		if !ok {
			return out
		}
		at := e.span(w)
		for _, alt := range alternatives {
			before := len(out)
			out = e.expand(out, at, alt.Parts, st, inCommand)
			if e.lang == syntax.LangZsh && len(out) == before {
				e.refuse(at, "dialect", "zsh keeps an empty word here, other shells drop it.", "Write the words out.")
			}
			if len(out) > maxWords {
				e.stop(e.span(w), "The word expands to more than 1,000 words.")
				return out
			}
		}
		return out
	}
	return e.expand(out, e.span(w), w.Parts, st, inCommand)
}

// plain reports whether unquoted text stands for itself.
func plain(s string) bool {
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case '\\', '*', '?', '[', '~', '{', '}', '=', '^', '#':
			return false
		}
	}
	return s != ""
}

// context says which expansions a word undergoes.
type context uint8

const (
	inCommand context = iota // splitting and globs
	inAssign                 // neither; "~" also after ":"
	inText                   // neither: case words, here-strings, [[ ]]
)

// textOf expands a word to one field without splitting or globs.
func (e *eval) textOf(w *syntax.Word, st state) Word { return e.single(w, st, inText) }

func (e *eval) single(w *syntax.Word, st state, ctx context) Word {
	if w == nil || len(w.Parts) == 0 {
		return Word{}
	}
	fs := e.expand(nil, e.span(w), w.Parts, st, ctx)
	if len(fs) == 0 {
		return Word{Span: e.span(w)}
	}
	if len(fs) > 1 || fs[0].Kind == ManyUnknown {
		return Word{Span: e.span(w), Kind: OneUnknown, prefix: fs[0].prefix}
	}
	return fs[0]
}

// pattern walks a word that is only compared with text: a case pattern, the right side of [[ == ]].
func (e *eval) pattern(w *syntax.Word, st state) {
	b := builder{e: e, st: st, ctx: inText, at: e.span(w), anyGlob: true}
	b.parts(w.Parts, false)
}

// maxExpanded bounds all text that variables and braces expand to, in bytes.
const maxExpanded = 1 << 20

// builder collects the fields of one word.
type builder struct {
	e   *eval
	st  state
	ctx context
	at  Span

	out     []Word
	text    []byte // the field so far, unquoted
	glob    []byte // the same as a pattern: quoted special characters behind "\"
	started bool   // something stands here, if only a pair of quotes
	special bool   // glob holds an active glob character
	unknown WordKind
	prefix  int // with unknown: how much of text was known before it
	integer bool
	lastJob bool // holds $!
	object  bool // begins with the name of a Git object
	top     bool // begins with the top of the repository
	anyGlob bool // a pattern in text position: glob characters mean nothing to us
}

func (e *eval) expand(out []Word, at Span, parts []syntax.WordPart, st state, ctx context) []Word {
	b := builder{e: e, st: st, ctx: ctx, at: at, out: out}
	var textBuf, globBuf [64]byte
	b.text, b.glob = textBuf[:0], globBuf[:0]
	b.parts(parts, false)
	b.flush()
	return b.out
}

// flush ends the current field.
func (b *builder) flush() {
	if !b.started && len(b.text) == 0 && b.unknown == Known {
		return
	}
	if b.e.expanded += len(b.text); b.e.expanded > maxExpanded {
		b.e.stop(b.at, "The command's variables expand to more than 1 MiB of text.")
		b.text, b.glob = b.text[:0], b.glob[:0]
		return
	}
	w := Word{Span: b.at}
	b.integer = b.integer && allDigits(b.text) // and so is what follows the integer
	if b.unknown == OneUnknown && b.special && b.ctx == inCommand {
		b.unknown = ManyUnknown // a glob around unknown text: any number of files
	}
	switch {
	case b.unknown == ManyUnknown:
		w.Kind, w.prefix, w.lastJob = ManyUnknown, string(b.text[:b.prefix]), b.lastJob && b.integer
	case b.unknown == OneUnknown:
		w.Kind, w.prefix, w.integer, w.object = OneUnknown, string(b.text[:b.prefix]), b.integer, b.object && revisionSuffix(b.text)
		w.bare = w.object && len(b.text) == 0
		w.top = b.top && len(b.text) == 0
	case b.special && b.ctx == inCommand:
		w.Kind, w.Glob = Glob, string(b.glob)
		w.Text = globDir(w.Glob)
	default:
		w.Text = string(b.text)
	}
	b.out = append(b.out, w)
	b.text, b.glob, b.started, b.special, b.unknown, b.prefix, b.integer = b.text[:0], b.glob[:0], false, false, Known, 0, false
	b.lastJob, b.object, b.top = false, false, false
}

func (b *builder) parts(parts []syntax.WordPart, quoted bool) {
	for i, p := range parts {
		if len(b.text) > maxExpanded || b.e.stopped {
			b.e.stop(b.at, "The command's variables expand to more than 1 MiB of text.")
			return
		}
		switch p := p.(type) {
		case *syntax.Lit:
			if !quoted && b.e.lang == syntax.LangPOSIX && i+1 < len(parts) && strings.HasSuffix(p.Value, "$") {
				b.e.refuse(b.at, "dialect", "$ in front of quotes means different things in different kinds of sh.", "Use plain quotes.")
			}
			if !quoted && i == 0 && b.e.lang == syntax.LangZsh && strings.HasPrefix(p.Value, "{") && (&syntax.Word{Parts: parts}).Lit() != "{}" {
				b.e.refuse(b.at, "dialect", "zsh may take this word for a descriptor's variable.", "Quote it.")
			}
			if quoted {
				b.quotedLit(p.Value, "$`\"\\")
			} else {
				b.lit(p.Value, i == 0, len(parts) == 1)
			}
		case *syntax.SglQuoted:
			b.started = true
			text := p.Value
			if p.Dollar {
				var ok bool
				if b.e.lang == syntax.LangPOSIX {
					b.e.refuseNode(p, "dialect", "$'…' means different things in different kinds of sh.", "Use plain quotes.")
				} else if text, ok = ansiC(text); !ok {
					b.e.refuseNode(p, "quoting", "The $'…' text has a control character or an escape that can't be decoded.", "Use plain quotes.")
				}
			}
			b.literal(text)
		case *syntax.DblQuoted:
			b.started = true
			if p.Dollar && b.e.lang != syntax.LangBash {
				b.e.refuseNode(p, "dialect", `$"…" can't be analysed in this shell.`, "Use plain quotes.")
			}
			b.parts(p.Parts, true)
		case *syntax.ParamExp:
			b.param(p, quoted)
		case *syntax.CmdSubst:
			if p.TempFile || p.ReplyVar {
				b.e.refuseNode(p, "syntax", "This kind of substitution can't be analysed.", "Use $(…).")
			}
			from := len(b.e.a.Commands)
			b.e.substitution(p, p.Stmts, b.st)
			switch {
			case b.e.printsObject(from):
				b.objectPart()
			case quoted && b.e.printsTop(from, b.st):
				whole := b.unknown == Known && len(b.text) == 0
				b.unknownPart(true, false)
				b.top = whole
			default:
				b.unknownPart(quoted, false)
			}
		case *syntax.ArithmExp:
			b.unknownPart(true, b.e.arithm(p.X, b.st))
		case *syntax.ProcSubst:
			if p.Op != syntax.CmdIn && p.Op != syntax.CmdOut {
				b.e.refuseNode(p, "dialect", "This kind of process substitution can't be analysed.", "")
			}
			if len(p.Stmts) == 0 {
				b.e.refuseNode(p, "empty", "An empty process substitution may leave no word.", "Leave it out.") // bash 5.2
			}
			b.e.substitution(p, p.Stmts, b.st)
			b.literal("/dev/fd/63")
		case *syntax.ExtGlob:
			b.e.refuseNode(p, "glob", "Extended globs can't be analysed.", "Name the files.")
		default:
			b.e.refuseNode(p, "syntax", "This part of a word can't be analysed.", "")
		}
	}
}

// substitution walks commands whose output becomes text; what they do to the shell's state stays with them.
func (e *eval) substitution(n syntax.Node, stmts []*syntax.Stmt, st state) {
	defer func() { e.level-- }()
	if !e.enter(n) {
		return
	}
	last, produced, feeds := e.last, e.produced, e.feeds
	piped, ended := e.piped, e.ended
	e.feedsOK, e.piped = false, e.outer
	e.within++
	e.stmts(stmts, st)
	e.within--
	e.piped, e.ended = piped, ended
	// It runs before the command around it, and may have read the beginning of the names that the pipe brings.
	e.last, e.produced, e.feeds, e.feedsOK = last, produced, feeds, false
}

// literal appends quoted text.
func (b *builder) literal(s string) {
	b.started = true
	b.text = append(b.text, s...)
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case '*', '?', '[', ']', '\\':
			b.glob = append(b.glob, '\\')
		}
		b.glob = append(b.glob, s[i])
	}
}

// quotedLit appends text inside double quotes (or a here-document), where a backslash quotes only the given characters.
func (b *builder) quotedLit(s, escapable string) {
	if strings.IndexByte(s, '\\') < 0 {
		b.literal(s)
		return
	}
	var buf []byte
	for i := 0; i < len(s); i++ {
		if s[i] == '\\' && i+1 < len(s) {
			if s[i+1] == '\n' {
				i++
				continue
			}
			if strings.IndexByte(escapable, s[i+1]) >= 0 {
				i++
			}
		}
		buf = append(buf, s[i])
	}
	b.literal(string(buf))
}

// lit appends unquoted text.
func (b *builder) lit(s string, first, only bool) {
	if first && strings.HasPrefix(s, "~") {
		s = b.tilde(s, only)
	} else if b.ctx == inAssign && strings.Contains(s, ":~") || b.ctx == inCommand && assignTilde(s) {
		b.e.refuse(b.at, "tilde", "Whether ~ means a home directory here depends on the shell.", "Write the directory out.")
	}
	if b.ctx == inCommand && b.e.lang == syntax.LangZsh && (first && strings.HasPrefix(s, "=") || strings.ContainsAny(s, "^#") && !strings.HasPrefix(s, "HEAD")) {
		b.e.refuse(b.at, "dialect", "zsh may expand this word.", "Quote it.")
	}
	if b.e.lang == syntax.LangZsh && strings.IndexByte(s, '~') >= 0 && !strings.HasPrefix(s, "HEAD") {
		b.e.refuse(b.at, "dialect", "zsh reads this word unlike other shells.", "Quote it.")
	}
	for i := 0; i < len(s); i++ {
		c := s[i]
		switch c {
		case '!':
			if b.ctx == inCommand && i+1 < len(s) && historyDesignator(s[i+1]) || b.ctx == inCommand && i+1 == len(s) && !only {
				b.e.refuse(b.at, "history", "An interactive shell replaces this by an earlier command.", "Quote it with '…'.")
			}
		case '\\':
			if i+1 < len(s) {
				i++
				if s[i] == '\n' {
					continue
				}
				b.literal(s[i : i+1])
			}
			continue
		case '*', '?', '[':
			if !b.anyGlob && (c != '[' || strings.IndexByte(s[i:], ']') >= 0 || b.special || !only) {
				b.special = true
			}
		}
		b.started = true
		b.text = append(b.text, c)
		b.glob = append(b.glob, c)
	}
}

// historyDesignator reports a character that makes "!" in front of it stand for an earlier command or a word of it.
func historyDesignator(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || strings.IndexByte("!-?#$*^%", c) >= 0
}

func assignTilde(s string) bool {
	i := strings.IndexByte(s, '=')
	return i > 0 && (strings.HasPrefix(s[i+1:], "~") || strings.Contains(s[i:], ":~"))
}

// tilde expands a leading "~" and returns the rest of the text.
func (b *builder) tilde(s string, only bool) string {
	user, rest, slash := strings.Cut(s[1:], "/")
	if slash {
		rest = "/" + rest
	} else if !only {
		// ~"x" and ~$x: the name goes on in the next part.
		b.e.refuse(b.at, "tilde", "Which home directory this means is unknown.", "Write the directory out.")
		return s
	}
	switch {
	case user == "" || user == b.e.in.User && user != "":
		if v, ok := b.st.lookup("HOME"); ok {
			if v.kind != valueKnown {
				b.unknownPart(true, false)
			} else {
				b.literal(v.text)
			}
			return rest
		}
		if path.IsAbs(b.e.in.Home) {
			b.literal(b.e.in.Home)
		} else {
			b.unknownPart(true, false)
		}
		return rest
	case user == "+" && len(b.st.cwds) == 1 && b.e.lang != syntax.LangPOSIX: // dash knows no ~+
		b.literal(b.st.cwds[0])
		return rest
	}
	b.e.refuse(b.at, "tilde", "Which directory ~"+user+" means is unknown.", "Write the directory out.")
	return s
}

// unknownPart appends text that is not known.
func (b *builder) unknownPart(one, integer bool) {
	b.object, b.top = false, false
	kind := ManyUnknown
	if one || b.ctx != inCommand {
		kind = OneUnknown
	}
	if b.unknown == Known {
		b.prefix = len(b.text)
		b.integer = integer && allDigits(b.text)
	} else {
		b.integer = b.integer && integer
	}
	if kind > b.unknown {
		b.unknown = kind
	}
	b.started = true
}

// revisionSuffix reports text that leads from one revision to others (~1, ..HEAD), never to a file in it.
func revisionSuffix(text []byte) bool {
	for _, c := range text {
		if !(c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || strings.IndexByte("~^._-/", c) >= 0) {
			return false
		}
	}
	return true
}

// objectPart appends the name of a Git object: one word, of which only the digits are unknown.
func (b *builder) objectPart() {
	object := b.object || b.unknown == Known && len(b.text) == 0
	b.unknownPart(true, false)
	b.object = object
}

func allDigits(s []byte) bool {
	for _, c := range s {
		if c < '0' || c > '9' {
			return false
		}
	}
	return true
}
