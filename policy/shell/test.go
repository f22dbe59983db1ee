package shell

import (
	"slices"

	"mvdan.cc/sh/v3/syntax"
)

// testExpr walks a [[ … ]] expression.
func (e *eval) testExpr(x syntax.TestExpr, st state) {
	defer func() { e.level-- }()
	if !e.enter(x) {
		return
	}
	switch x := x.(type) {
	case *syntax.Word:
		e.textOf(x, st)
	case *syntax.ParenTest:
		e.testExpr(x.X, st)
	case *syntax.UnaryTest:
		w, isWord := x.X.(*syntax.Word)
		switch x.Op {
		case syntax.TsVarSet, syntax.TsRefVar:
			e.refuseNode(x, "arithmetic", "[[ -v ]] and [[ -R ]] evaluate their text, which may hold a command.", `Use [[ -n "$name" ]].`)
		case syntax.TsNot, syntax.TsParen:
		case syntax.TsEmpStr, syntax.TsNempStr, syntax.TsOptSet, syntax.TsFdTerm:
		default:
			if isWord {
				e.fileEffect(e.textOf(w, st), st, effect{command: -1, word: -1})
				return
			}
		}
		e.testExpr(x.X, st)
	case *syntax.BinaryTest:
		e.testBinary(x, st)
	default:
		e.refuseNode(x, "syntax", "This test can't be analysed.", "")
	}
}

func (e *eval) testBinary(x *syntax.BinaryTest, st state) {
	left, leftWord := x.X.(*syntax.Word)
	right, rightWord := x.Y.(*syntax.Word)
	switch x.Op {
	case syntax.TsEql, syntax.TsNeq, syntax.TsLeq, syntax.TsGeq, syntax.TsLss, syntax.TsGtr:
		for _, side := range [...]*syntax.Word{left, right} {
			if side == nil {
				continue
			}
			if w := e.textOf(side, st); !integerWord(w) {
				e.refuse(e.span(side), "arithmetic", "[[ ]] evaluates this text as arithmetic, which can run commands.", "Compare with [ … ] or as text.")
			}
		}
		return
	case syntax.TsNewer, syntax.TsOlder, syntax.TsDevIno:
		if leftWord && rightWord {
			for _, side := range [...]*syntax.Word{left, right} {
				e.fileEffect(e.textOf(side, st), st, effect{command: -1, word: -1})
			}
			return
		}
	case syntax.TsMatch, syntax.TsMatchShort, syntax.TsNoMatch, syntax.TsReMatch:
		if leftWord && rightWord {
			e.textOf(left, st)
			e.pattern(right, st)
			return
		}
	case syntax.AndTest, syntax.OrTest, syntax.TsBefore, syntax.TsAfter:
	default:
		e.refuseNode(x, "syntax", "This test can't be analysed.", "")
		return
	}
	e.testExpr(x.X, st)
	e.testExpr(x.Y, st)
}

func integerWord(w Word) bool {
	if w.Kind == Known {
		t := w.Text
		if len(t) > 1 && (t[0] == '-' || t[0] == '+') {
			t = t[1:]
		}
		return integerText(t)
	}
	return w.Kind == OneUnknown && w.integer
}

var numericTests = []string{"-eq", "-ne", "-lt", "-le", "-gt", "-ge"}

// testBuiltin checks test and [ , whose operators are ordinary words.
func (e *eval) testBuiltin(words []Word, st state, index int) {
	args := words[1:]
	if words[0].Text == "[" {
		if n := len(args); n == 0 || args[n-1].Kind != Known || args[n-1].Text != "]" {
			e.refuse(words[0].Span, "builtin-test", "[ needs a closing ].", "")
			return
		}
		args = args[:len(args)-1]
	}
	for i, w := range args {
		if w.Kind == ManyUnknown || w.Kind == Glob {
			e.refuse(w.Span, "unknown-word", "How many words this becomes is unknown, and that decides what is tested.", "Put it in double quotes.")
			return
		}
		if w.Kind == OneUnknown && !w.integer && len(args) > 4 {
			e.refuse(w.Span, "unknown-word", "An unknown word in a long test may be taken for an operator.", "Use [[ … ]] or several tests.")
			return
		}
		if w.Kind != Known {
			continue
		}
		switch {
		case w.Text == "-v" || w.Text == "-R":
			e.refuse(w.Span, "arithmetic", "test -v evaluates its text, which may hold a command.", `Use [ -n "$name" ].`)
		case slices.Contains(numericTests, w.Text):
			for _, j := range [...]int{i - 1, i + 1} {
				if j >= 0 && j < len(args) && (args[j].Kind == Known && !integerWord(args[j]) || args[j].Kind != Known && e.lang == syntax.LangZsh && !integerWord(args[j])) {
					e.refuse(args[j].Span, "arithmetic", "This text is compared as a number but is not known to be one.", "Compare integers.")
				}
			}
		case w.Text == "-nt" || w.Text == "-ot" || w.Text == "-ef":
			for _, j := range [...]int{i - 1, i + 1} {
				if j >= 0 && j < len(args) {
					e.fileEffect(args[j], st, effect{command: index, word: -1})
				}
			}
		case len(w.Text) == 2 && w.Text[0] == '-' && fileTest(w.Text[1]) && i+1 < len(args):
			if i > 0 && i+2 == len(args)-1 && len(args) == 3 {
				continue // [ a -f b ] has no such operator; it fails
			}
			e.fileEffect(args[i+1], st, effect{command: index, word: -1})
		}
	}
}

func fileTest(c byte) bool {
	switch c {
	case 'e', 'f', 'd', 'c', 'b', 'p', 'S', 'L', 'h', 'k', 'g', 'u', 'G', 'O', 'N', 'r', 'w', 'x', 's':
		return true
	}
	return false
}
