package shell

import "mvdan.cc/sh/v3/syntax"

// arithm checks an arithmetic expression: only integers, operators and variables known to hold an integer. A shell
// evaluates the text of any other variable again, and that text may hold a command. It reports whether the result is
// surely not negative.
func (e *eval) arithm(x syntax.ArithmExpr, st state) bool {
	defer func() { e.level-- }()
	if !e.enter(x) {
		return false
	}
	switch x := x.(type) {
	case *syntax.Word:
		return e.arithmWord(x, st)
	case *syntax.ParenArithm:
		return e.arithm(x.X, st)
	case *syntax.UnaryArithm:
		pos := e.arithm(x.X, st)
		switch x.Op {
		case syntax.Not:
			return true
		case syntax.Plus:
			return pos
		case syntax.Minus, syntax.BitNegation:
			return false
		case syntax.Inc, syntax.Dec:
			e.refuseNode(x, "arithmetic", "Arithmetic that sets variables can't be permitted.", "")
			return false
		}
	case *syntax.BinaryArithm:
		left := e.arithm(x.X, st)
		right := e.arithm(x.Y, st)
		switch x.Op {
		case syntax.Add, syntax.Mul, syntax.Quo, syntax.Rem, syntax.Pow, syntax.And, syntax.Or, syntax.Shr:
			return left && right && x.Op != syntax.Mul && x.Op != syntax.Pow // which may overflow
		case syntax.Eql, syntax.Neq, syntax.Lss, syntax.Gtr, syntax.Leq, syntax.Geq, syntax.AndArit, syntax.OrArit:
			return true
		case syntax.Sub, syntax.Shl, syntax.Xor, syntax.Comma, syntax.TernQuest, syntax.TernColon:
			return false
		}
	}
	e.refuseNode(x, "arithmetic", "This arithmetic can't be analysed.", "Use integers and the usual operators.")
	return false
}

// counters walks the first and last part of for ((i=0; i<3; i++)): what they set are integers from then on, whatever the
// loop does. Counting down is refused with the rest of arithmetic, since the value may become negative.
func (e *eval) counters(x syntax.ArithmExpr, st state) state {
	switch x := x.(type) {
	case nil:
		return st
	case *syntax.UnaryArithm:
		if name, ok := x.X.(*syntax.Word); ok && x.Op == syntax.Inc {
			return e.counter(name, st)
		}
	case *syntax.BinaryArithm:
		switch x.Op {
		case syntax.Comma:
			return e.counters(x.Y, e.counters(x.X, st))
		case syntax.Assgn, syntax.AddAssgn:
			name, ok := x.X.(*syntax.Word)
			if ok && e.arithm(x.Y, st) {
				return e.counter(name, st)
			}
		}
	}
	e.arithm(x, st)
	return st
}

func (e *eval) counter(name *syntax.Word, st state) state {
	text := name.Lit()
	if !syntax.ValidName(text) {
		e.refuseNode(name, "arithmetic", "Arithmetic may only set plain variables.", "Use a lower-case name.")
		return st
	}
	if !e.setVariable(text, e.span(name)) {
		return st
	}
	return st.assign(text, value{kind: valueInteger})
}

func (e *eval) arithmWord(w *syntax.Word, st state) bool {
	lit := w.Lit()
	if integerText(lit) {
		return true
	}
	if syntax.ValidName(lit) {
		return e.integerValue(w, e.variable(lit, st))
	}
	if len(w.Parts) == 1 {
		switch p := w.Parts[0].(type) {
		case *syntax.ParamExp:
			if p.Param != nil && !p.Excl && p.Index == nil && p.Flags == nil && p.Exp == nil && p.Slice == nil && p.Repl == nil && p.Names == 0 && p.NestedParam == nil && len(p.Modifiers) == 0 {
				if p.Length {
					return true
				}
				return e.integerValue(w, e.variable(p.Param.Value, st))
			}
		case *syntax.ArithmExp:
			return e.arithm(p.X, st)
		}
	}
	// Walk it all the same: the substitutions inside are commands.
	e.pattern(w, st)
	e.refuseNode(w, "arithmetic", "Arithmetic on text that is not known to be an integer can run commands.", "Use integers.")
	return false
}

func (e *eval) integerValue(n syntax.Node, v value) bool {
	switch {
	case v.kind == valueInteger:
		return true
	case v.kind == valueKnown && integerText(v.text):
		return true
	case v.kind == valueKnown && len(v.text) > 1 && v.text[0] == '-' && integerText(v.text[1:]):
		return false
	}
	e.refuseNode(n, "arithmetic", "Arithmetic on a variable that is not known to be an integer can run commands.", "Assign an integer to it in the same line.")
	return false
}
