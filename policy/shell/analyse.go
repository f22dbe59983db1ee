package shell

import (
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"
	"sync"

	"mvdan.cc/sh/v3/syntax"
)

// parsers keeps one parser per dialect and goroutine alive: a parser's buffers are most of what parsing allocates.
var parsers [3]sync.Pool

// large bounds how many long lines are parsed at once, so that a flood of them can't hold every processor. Typical lines
// never wait here.
var large = make(chan struct{}, 2)

const largeSource = 2 << 10

// Analyse finds everything that the line could run, read, write and set.
func Analyse(in Input) *Analysis {
	room := &struct { // one allocation for what most lines need
		a     Analysis
		e     eval
		cmds  [2]Command
		files [4]FileEffect
	}{}
	a := &room.a
	a.Commands, a.Files = room.cmds[:0], room.files[:0]
	lang, ok := dialect(in.Dialect)
	if !ok {
		a.Refusals = append(a.Refusals, Refusal{
			Span{0, len(in.Source)},
			"dialect",
			fmt.Sprintf("Commands for the shell %q can't be analysed.", in.Dialect), "Use bash, sh or zsh.",
		})
		return a
	}
	if r := gate(in.Source); r.Rule != "" {
		a.Refusals = append(a.Refusals, r)
		return a
	}
	if len(in.Source) > largeSource {
		large <- struct{}{}
		defer func() { <-large }()
	}
	e := &room.e
	*e = eval{in: in, a: a, lang: lang, text: in.Source}
	st := state{}
	if path.IsAbs(in.Cwd) {
		st.cwds = []string{in.Cwd}
	}
	e.guarded(in.Source, st)
	a.ReadOnly = e.readOnly()
	return a
}

// Paths lists the file effects of a line: the paths that an installed client resolves before it asks.
func Paths(in Input) []FileEffect { return Analyse(in).Files }

func dialect(name string) (syntax.LangVariant, bool) {
	switch name {
	case "", "bash":
		return syntax.LangBash, true
	case "sh":
		return syntax.LangPOSIX, true
	case "zsh":
		return syntax.LangZsh, true
	}
	return 0, false
}

// eval is one analysis under way.
type eval struct {
	in   Input
	a    *Analysis
	lang syntax.LangVariant
	text string // the text being walked; differs from in.Source inside a nested command line (watch)
	at   *Span  // where every node of a nested text is said to stand

	within   int // substitutions around the command being walked
	level    int // of nested compound commands, substitutions and wrappers
	simple   int // simple commands in the text
	ops      int
	runs     int
	expanded int  // bytes of text that words expanded to
	unrolled int  // > 0 while a loop's body is walked again for its next word
	stopped  bool // a limit was reached; the refusal is recorded

	last     int     // index of the command that was added last by the innermost simple command; -1 for none
	produced printed // what the last simple command prints, where that is names: for xargs
	feeds    printed // the same of the stage before, for the stage being walked
	feedsOK  bool
	piped    bool         // standard input is a pipe or a file here
	outer    bool         // the same for the substitutions in a command's words, which run before its redirections
	final    *syntax.Stmt // what the line ends with, where it is one plain command
	ending   bool         // that command is being walked
	ended    bool         // a pipeline ended before on the line, so PIPESTATUS holds its status
	envCode  bool         // some variable was given text that make would evaluate, or unknown text
	effects  bool         // something that is not a file or command changed state (a refused or unknown thing), so not read-only
}

// guarded refuses the line if the walk itself fails: a mistake in here must neither stop the server nor let a line pass.
func (e *eval) guarded(text string, st state) {
	defer func() {
		if r := recover(); r != nil {
			e.refuse(Span{0, len(text)}, "internal", "The command could not be analysed.", "Write it more plainly, and tell your administrator.")
		}
	}()
	e.source(text, st)
}

// source parses and walks one command line.
func (e *eval) source(text string, st state) {
	if i := strings.Index(text, "$\\\n"); i >= 0 {
		// Shells join the lines first, and may find $'…' or an expansion there that the parser doesn't see.
		at := Span{i, 3}
		if e.at != nil {
			at = *e.at
		}
		e.refuse(at, "line-continuation", "What a $ at the end of a continued line means is read in two ways.", "Join the two lines.")
		return
	}
	file, err := e.parse(text)
	if err != nil {
		e.refuse(e.parseErrorSpan(err, text), "parse", "The command does not parse as "+e.dialectName()+".", "Check its quotes and brackets.")
		return
	}
	a := e.a
	commands, files, assigns, refusals := len(a.Commands), len(a.Files), len(a.Assigns), len(a.Refusals)
	if n := len(file.Stmts); n > 1 {
		if s := file.Stmts[n-1]; len(s.Redirs) == 0 && !s.Background && !s.Negated {
			e.final = s
		}
	}
	e.stmts(file.Stmts, st)
	if e.stopped {
		return // and what follows would walk the whole tree, however deep it is
	}
	walked := slices.Clone(a.Refusals[refusals:])
	a.Refusals = a.Refusals[:refusals] // first, or a refusal that the walk gave too would not be given again, and go with the walk's
	if e.lang == syntax.LangZsh && !e.zshLexical(file, text) || !e.commentsAreComments(file, text) {
		// The tree is not what the shell would run, so nothing that was found in it counts.
		a.Commands, a.Files, a.Assigns = a.Commands[:commands], a.Files[:files], a.Assigns[:assigns]
		return
	}
	a.Refusals = append(a.Refusals, walked...)
}

// parse runs the parser; a panic inside it counts as an error.
func (e *eval) parse(text string) (file *syntax.File, err error) {
	slot := 0
	switch e.lang {
	case syntax.LangPOSIX:
		slot = 1
	case syntax.LangZsh:
		slot = 2
	}
	p, _ := parsers[slot].Get().(*syntax.Parser)
	if p == nil {
		p = syntax.NewParser(syntax.Variant(e.lang), syntax.KeepComments(true))
	}
	defer func() {
		if r := recover(); r != nil {
			file, err = nil, fmt.Errorf("parse command: %v", r)
			return
		}
		parsers[slot].Put(p)
	}()
	return p.Parse(strings.NewReader(text), "")
}

func (e *eval) parseErrorSpan(err error, text string) Span {
	off := len(text)
	var parse syntax.ParseError
	var dialect syntax.LangError
	switch {
	case errors.As(err, &parse):
		off = int(parse.Pos.Offset())
	case errors.As(err, &dialect):
		off = int(dialect.Pos.Offset())
	}
	if e.at != nil {
		return *e.at
	}
	if off >= len(text) {
		off = max(0, len(text)-1)
	}
	return Span{off, min(1, len(text))}
}

func (e *eval) dialectName() string {
	switch e.lang {
	case syntax.LangPOSIX:
		return "sh"
	case syntax.LangZsh:
		return "zsh"
	}
	return "bash"
}

// span is where a node stands in Input.Source.
func (e *eval) span(n syntax.Node) Span {
	if e.at != nil {
		return *e.at
	}
	from, to := int(n.Pos().Offset()), int(n.End().Offset())
	if from > len(e.text) {
		from = len(e.text)
	}
	if to < from || to > len(e.text) {
		to = len(e.text)
	}
	return Span{from, to - from}
}

func (e *eval) refuse(at Span, rule, message, hint string) {
	e.effects = true
	for _, r := range e.a.Refusals {
		if r.Span == at && r.Rule == rule {
			return // a loop walked again says it once
		}
	}
	e.a.Refusals = append(e.a.Refusals, Refusal{at, rule, message, hint})
}

func (e *eval) refuseNode(n syntax.Node, rule, message, hint string) {
	e.refuse(e.span(n), rule, message, hint)
}

// stop records that a limit was reached and ends the walk.
func (e *eval) stop(at Span, message string) {
	if !e.stopped {
		e.stopped = true
		e.refuse(at, "limit", message, "Split it into several commands.")
	}
}

// enter counts one level of nesting; the caller leaves it with e.level--.
func (e *eval) enter(n syntax.Node) bool {
	e.level++
	if e.level > maxLevels {
		e.stop(e.span(n), "The command is nested more than 32 levels deep.")
	}
	return !e.stopped
}

// readOnly reports whether the whole line provably changes nothing.
func (e *eval) readOnly() bool {
	if e.effects || len(e.a.Refusals) > 0 || len(e.a.Assigns) > 0 {
		return false
	}
	for i := range e.a.Commands {
		c := &e.a.Commands[i]
		if !c.reads || len(c.Opens) > 0 {
			return false
		}
	}
	for i := range e.a.Files {
		if e.a.Files[i].Write {
			return false
		}
	}
	return true
}
