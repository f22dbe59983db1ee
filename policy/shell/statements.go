package shell

import (
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

// stmts walks a list: what follows a command sees the state after it succeeded or failed.
func (e *eval) stmts(list []*syntax.Stmt, st state) (ok, fail state) {
	ok, fail = st, st
	for _, s := range list {
		ok, fail = e.stmt(s, union(ok, fail))
		if e.stopped {
			break
		}
	}
	return ok, fail
}

// setsStatus reports that PIPESTATUS holds a status after the statement if it does after some command in it.
func setsStatus(s *syntax.Stmt) bool {
	switch s.Cmd.(type) {
	case *syntax.CaseClause, *syntax.ForClause:
		return false // none of the commands in it may run
	}
	return !s.Background
}

// stmt walks one statement and returns the state after it succeeded and after it failed.
func (e *eval) stmt(s *syntax.Stmt, st state) (ok, fail state) {
	if e.stopped {
		return st, st
	}
	if s.Coprocess || s.Disown {
		e.refuseNode(s, "coprocess", "Coprocesses and disowned jobs can't be permitted.", "")
		return st, st
	}
	e.last = -1
	ok, fail = st, st
	ended := e.ended
	_, plain := s.Cmd.(*syntax.CallExpr)
	e.ending = plain && s == e.final
	piped, outer, feeds, feedsOK := e.piped, e.outer, e.feeds, e.feedsOK
	e.outer = piped
	for _, r := range s.Redirs {
		switch r.Op {
		case syntax.RdrIn, syntax.Hdoc, syntax.DashHdoc, syntax.WordHdoc, syntax.RdrInOut, syntax.DplIn:
			e.piped = true
			e.feeds, e.feedsOK = printed{}, false // it reads this, not what the pipe brings
		}
	}
	defer func() { e.piped, e.outer, e.feeds, e.feedsOK = piped, outer, feeds, feedsOK }()
	defer func() { e.ended = ended || e.ended && setsStatus(s) }()
	switch {
	case s.Cmd != nil:
		ok, fail = e.command(s.Cmd, st)
	case len(s.Redirs) == 0:
		e.refuseNode(s, "empty", "There is no command.", "")
	case e.lang == syntax.LangZsh:
		e.refuseNode(s, "null-command", "In zsh a redirection without a command starts a program of its own.", "Write cat < FILE or : > FILE.")
	}
	index := e.last
	for _, r := range s.Redirs {
		if e.stopped {
			break
		}
		e.redirect(r, st, index)
	}
	e.last = index
	if len(s.Redirs) > 0 {
		fail = union(fail, st) // a redirection that fails: the command didn't run
	}
	if s.Negated {
		ok, fail = fail, ok
	}
	if s.Background {
		return st, st
	}
	return ok, fail
}

// command walks one command. Every kind of node is named here; one that is not is refused.
func (e *eval) command(cmd syntax.Command, st state) (ok, fail state) {
	switch c := cmd.(type) {
	case *syntax.CallExpr:
		defer func() { e.ended = true }()
		return e.call(c, st)
	case *syntax.BinaryCmd:
		return e.binary(c, st)
	case *syntax.Block:
		defer func() { e.level-- }()
		if !e.enter(c) {
			return st, st
		}
		ok, fail = e.stmts(c.Stmts, st)
		e.last = -1
		return ok, fail
	case *syntax.Subshell:
		defer func() { e.level-- }()
		if e.enter(c) {
			e.stmts(c.Stmts, st)
		}
		e.last = -1
		return st, st
	case *syntax.IfClause:
		return e.ifClause(c, st)
	case *syntax.WhileClause:
		return e.whileClause(c, st)
	case *syntax.ForClause:
		return e.forClause(c, st)
	case *syntax.CaseClause:
		return e.caseClause(c, st)
	case *syntax.TimeClause:
		return e.timeClause(c, st)
	case *syntax.TestClause:
		e.testExpr(c.X, st)
		e.last = -1
		return st, st
	case *syntax.ArithmCmd:
		e.arithm(c.X, st)
		return st, st
	case *syntax.DeclClause:
		return e.decl(c, st)
	case *syntax.FuncDecl:
		e.refuseNode(c, "function", "Function definitions can't be permitted.", "Write the commands out.")
	case *syntax.LetClause:
		e.refuseNode(c, "builtin-let", "let can't be permitted: it evaluates text as arithmetic.", "")
	case *syntax.CoprocClause:
		e.refuseNode(c, "coprocess", "coproc can't be permitted.", "")
	case *syntax.TestDecl:
		e.refuseNode(c, "syntax", "This kind of declaration can't be permitted.", "")
	default:
		e.refuseNode(c, "syntax", "This part of the shell's grammar can't be analysed.", "")
	}
	return st, st
}

func (e *eval) countOp(n syntax.Node) {
	if e.unrolled > 0 {
		return
	}
	if e.ops++; e.ops > maxOps {
		e.stop(e.span(n), "The command has more than 256 operators.")
	}
}

func (e *eval) binary(c *syntax.BinaryCmd, st state) (ok, fail state) {
	switch c.Op {
	case syntax.AndStmt:
		e.countOp(c)
		ok, fail = e.stmt(c.X, st)
		yok, yfail := e.stmt(c.Y, ok)
		return yok, union(fail, yfail)
	case syntax.OrStmt:
		e.countOp(c)
		ok, fail = e.stmt(c.X, st)
		yok, yfail := e.stmt(c.Y, fail)
		return union(ok, yok), yfail
	case syntax.Pipe, syntax.PipeAll:
		return e.pipeline(c, st)
	}
	e.refuseNode(c, "syntax", "This operator can't be analysed.", "")
	return st, st
}

// pipeline walks the stages, each in a copy of the state, and hands names on to xargs.
func (e *eval) pipeline(c *syntax.BinaryCmd, st state) (ok, fail state) {
	var stages []*syntax.Stmt
	var flatten func(s *syntax.Stmt)
	flatten = func(s *syntax.Stmt) {
		if b, is := s.Cmd.(*syntax.BinaryCmd); is && (b.Op == syntax.Pipe || b.Op == syntax.PipeAll) && len(s.Redirs) == 0 && !s.Negated && !s.Background {
			e.countOp(b)
			if e.stopped {
				return
			}
			flatten(b.X)
			flatten(b.Y)
			return
		}
		stages = append(stages, s)
	}
	e.countOp(c)
	flatten(c.X)
	flatten(c.Y)
	feeds, feedsOK, piped := e.feeds, e.feedsOK, e.piped
	last, lastFail := st, st
	ended := e.ended
	for i, s := range stages {
		e.ended = ended // they run at once
		e.produced = printed{}
		e.piped = piped || i > 0
		// In a group another command may read the beginning first, and the first name would lack its own.
		e.feedsOK = e.feedsOK && (i == 0 || plainStage(s))
		last, lastFail = e.stmt(s, st)
		if e.stopped {
			return st, st
		}
		_, simple := s.Cmd.(*syntax.CallExpr)
		e.feeds, e.feedsOK = e.produced, simple && e.produced.names != nil && i < len(stages)-1
	}
	e.feeds, e.feedsOK, e.piped = feeds, feedsOK, piped
	e.produced = printed{}
	e.last = -1
	if e.lang == syntax.LangBash {
		return st, st
	}
	// zsh runs the last stage in the shell itself; what sh does depends on which shell it is.
	return union(st, last), union(st, lastFail)
}

// plainStage reports that a stage is one command, timed or not.
func plainStage(s *syntax.Stmt) bool {
	if t, is := s.Cmd.(*syntax.TimeClause); is && t.Stmt != nil {
		s = t.Stmt
	}
	_, is := s.Cmd.(*syntax.CallExpr)
	return is
}

func (e *eval) ifClause(c *syntax.IfClause, st state) (ok, fail state) {
	defer func() { e.level--; e.last = -1 }()
	if !e.enter(c) {
		return st, st
	}
	var out state
	first := true
	add := func(s state) {
		if first {
			out, first = s, false
			return
		}
		out = union(out, s)
	}
	for cl := c; cl != nil; cl = cl.Else {
		if len(cl.Cond) == 0 { // else
			o, f := e.stmts(cl.Then, st)
			add(union(o, f))
			return out, out
		}
		condOK, condFail := e.stmts(cl.Cond, st)
		o, f := e.stmts(cl.Then, condOK)
		add(union(o, f))
		st = condFail
	}
	add(st)
	return out, out
}

func (e *eval) whileClause(c *syntax.WhileClause, st state) (ok, fail state) {
	defer func() { e.level--; e.last = -1 }()
	if !e.enter(c) {
		return st, st
	}
	depth := e.unrolled
	defer func() { e.unrolled = depth }()
	for range 4 {
		condOK, condFail := e.stmts(c.Cond, st)
		enter := condOK
		if c.Until {
			enter = condFail
		}
		o, f := e.stmts(c.Do, enter)
		next := union(union(st, union(condOK, condFail)), union(o, f))
		if next.equal(st) {
			return next, next
		}
		st = next
		e.unrolled++
	}
	e.refuseNode(c, "loop", "The loop changes the directory each time around, so its files can't be known.", "Change the directory before the loop.")
	return st, st
}

func (e *eval) forClause(c *syntax.ForClause, st state) (ok, fail state) {
	defer func() { e.level--; e.last = -1 }()
	if !e.enter(c) {
		return st, st
	}
	if c.Select {
		e.refuseNode(c, "select", "select can't be permitted: it asks for input.", "")
		return st, st
	}
	switch l := c.Loop.(type) {
	case *syntax.CStyleLoop:
		st = e.counters(l.Init, st)
		if l.Cond != nil {
			e.arithm(l.Cond, st)
		}
		st = e.counters(l.Post, st)
		o, f := e.stmts(c.Do, st)
		if out := union(st, union(o, f)); !out.equal(st) {
			e.refuseNode(c, "loop", "The loop changes the directory or a variable each time around.", "")
		}
		return st, st
	case *syntax.WordIter:
		if !l.InPos.IsValid() {
			e.refuseNode(c, "unknown-word", "The loop runs over positional parameters, whose values are unknown.", "List the values after in.")
			return st, st
		}
		if !e.setVariable(l.Name.Value, e.span(l.Name)) {
			return st, st
		}
		return e.forWords(c, l, st)
	}
	e.refuseNode(c, "syntax", "This kind of loop can't be analysed.", "")
	return st, st
}

// forWords walks the body once for each word of the list.
func (e *eval) forWords(c *syntax.ForClause, l *syntax.WordIter, st state) (ok, fail state) {
	words := e.fields(l.Items, st)
	cur := st
	depth := e.unrolled
	for _, w := range words {
		v := value{}
		switch w.Kind {
		case Known:
			v = value{kind: valueKnown, text: w.Text}
		case Glob:
			v = value{kind: valueNames, glob: w}
			v.glob.Span = Span{}
		}
		o, f := e.stmts(c.Do, cur.assign(l.Name.Value, v))
		cur = union(cur.assign(l.Name.Value, v), union(o, f))
		if e.stopped {
			break
		}
		e.unrolled++
	}
	e.unrolled = depth
	if len(words) == 0 {
		return st, st
	}
	return cur, cur
}

func (e *eval) caseClause(c *syntax.CaseClause, st state) (ok, fail state) {
	defer func() { e.level--; e.last = -1 }()
	if !e.enter(c) {
		return st, st
	}
	e.textOf(c.Word, st)
	out, start := st, st
	for _, item := range c.Items {
		if e.within > 0 && !e.parenthesised(item) {
			e.refuseNode(item, "case", "Some shells take the ) behind this pattern for the end of the substitution.", "Write (PATTERN).")
			return st, st
		}
		for _, p := range item.Patterns {
			e.pattern(p, st)
		}
		o, f := e.stmts(item.Stmts, start)
		end := union(o, f)
		out = union(out, end)
		start = st
		if item.Op == syntax.Fallthrough || item.Op == syntax.Resume {
			start = union(st, end)
		} else if item.Op != syntax.Break {
			e.refuseNode(item, "syntax", "This way to end a case arm can't be analysed.", "")
		}
	}
	return out, out
}

// parenthesised reports whether the patterns of a case arm have their opening bracket.
func (e *eval) parenthesised(item *syntax.CaseItem) bool {
	at := int(item.Pos().Offset())
	return at < len(e.text) && (e.text[at] == '(' || strings.HasSuffix(strings.TrimRight(e.text[:at], " \t\n"), "("))
}

func (e *eval) timeClause(c *syntax.TimeClause, st state) (ok, fail state) {
	if c.Stmt == nil {
		return st, st
	}
	defer func() { e.level-- }()
	if !e.enter(c) {
		return st, st
	}
	from := len(e.a.Commands)
	ok, fail = e.stmt(c.Stmt, st)
	for i := from; i < len(e.a.Commands); i++ {
		cmd := &e.a.Commands[i]
		cmd.Wrappers = append([]string{"time"}, cmd.Wrappers...)
	}
	if e.lang == syntax.LangZsh {
		// zsh times some commands in a process of their own, whose variables and directory are lost.
		return union(st, ok), union(st, fail)
	}
	return ok, fail
}
