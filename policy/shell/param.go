package shell

import (
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

// param expands $name and the few forms of ${…} that can't run or set anything.
func (b *builder) param(p *syntax.ParamExp, quoted bool) {
	e := b.e
	if p.Param != nil && p.Param.Value == "@" {
		quoted = false // "$@" is any number of words, none too
	}
	refuse := func(what string) {
		e.refuseNode(p, "expansion", what, "Use $name or ${name:-text}.")
		b.unknownPart(quoted, false)
	}
	switch {
	case p.Param == nil || p.NestedParam != nil || p.Flags != nil || len(p.Modifiers) > 0 || p.IsSet || p.Width ||
		p.Split != syntax.OptUnset || p.GlobSubst != syntax.OptUnset || p.RcExpand != syntax.OptUnset:
		refuse("This form of ${…} can't be analysed.")
		return
	case p.Excl || p.Names != 0:
		refuse("Indirect variables can't be analysed.")
		return
	case p.Index != nil && b.pipeStatus(p, quoted):
		return
	case p.Index != nil:
		refuse("Indexed variables can't be permitted: the index is evaluated as arithmetic.")
		return
	case p.Length:
		b.unknownPart(true, true)
		return
	case p.Slice != nil:
		for _, x := range [...]syntax.ArithmExpr{p.Slice.Offset, p.Slice.Length} {
			if x != nil && !integerLiteral(x) {
				refuse("A slice with anything but integers is evaluated as arithmetic.")
				return
			}
		}
		b.unknownPart(quoted, false)
		return
	case p.Repl != nil:
		if p.Repl.Orig != nil {
			e.pattern(p.Repl.Orig, b.st)
		}
		if p.Repl.With != nil {
			e.pattern(p.Repl.With, b.st)
		}
		b.unknownPart(quoted, false)
		return
	}
	if p.Param.Value == "!" && p.Exp == nil {
		// A process's number, or nothing at all where no job was started.
		b.unknownPart(quoted, true)
		b.lastJob = true
		return
	}
	v := e.variable(p.Param.Value, b.st)
	if p.Exp == nil {
		b.value(p, v, quoted)
		return
	}
	switch p.Exp.Op {
	case syntax.DefaultUnset, syntax.DefaultUnsetOrNull:
		if p.Exp.Word != nil {
			e.pattern(p.Exp.Word, b.st)
		}
		if v.kind == valueKnown && v.text != "" || v.kind == valueInteger {
			b.value(p, v, quoted)
			return
		}
	case syntax.AlternateUnset, syntax.AlternateUnsetOrNull, syntax.ErrorUnset, syntax.ErrorUnsetOrNull,
		syntax.RemSmallPrefix, syntax.RemLargePrefix, syntax.RemSmallSuffix, syntax.RemLargeSuffix,
		syntax.UpperFirst, syntax.UpperAll, syntax.LowerFirst, syntax.LowerAll:
		if p.Exp.Word != nil {
			e.pattern(p.Exp.Word, b.st)
		}
	case syntax.AssignUnset, syntax.AssignUnsetOrNull:
		if p.Exp.Word != nil {
			e.pattern(p.Exp.Word, b.st)
		}
		refuse("${name:=text} sets a variable.")
		return
	default:
		if p.Exp.Word != nil {
			e.pattern(p.Exp.Word, b.st)
		}
		refuse("This operator of ${…} can run commands or can't be analysed.")
		return
	}
	b.unknownPart(quoted, false)
}

// pipeStatus expands ${PIPESTATUS[0]}, an integer, or nothing where no pipeline ran before or the last one had fewer commands.
// It reports false for any other indexed variable.
func (b *builder) pipeStatus(p *syntax.ParamExp, quoted bool) bool {
	index, is := p.Index.(*syntax.Word)
	if !is || b.e.lang != syntax.LangBash || p.Param.Value != "PIPESTATUS" || p.Length || p.Slice != nil || p.Repl != nil || p.Exp != nil {
		return false
	}
	switch lit := index.Lit(); {
	case lit == "@" || lit == "*":
		b.unknownPart(lit == "*" && quoted, false)
	case integerText(lit):
		sure := lit == "0" && b.e.ended
		b.unknownPart(quoted || sure, quoted || sure || b.ctx != inAssign)
		b.lastJob = b.lastJob || !quoted && !sure // a number or nothing, as $! is
	default:
		return false
	}
	return true
}

// variable is what is known of a parameter.
func (e *eval) variable(name string, st state) value {
	if v, ok := st.lookup(name); ok {
		return v
	}
	switch name {
	case "?", "#", "$":
		return value{kind: valueInteger}
	case "HOME":
		if strings.HasPrefix(e.in.Home, "/") {
			return value{kind: valueKnown, text: e.in.Home}
		}
	case "PWD":
		if len(st.cwds) == 1 {
			return value{kind: valueKnown, text: st.cwds[0]}
		}
	}
	return value{}
}

// value appends a variable's value as the shell would: split and globbed where it is not quoted.
func (b *builder) value(n syntax.Node, v value, quoted bool) {
	switch v.kind {
	case valueInteger:
		b.unknownPart(true, true)
		return
	case valueObject:
		b.objectPart()
		return
	case valueNames:
		if b.ctx != inCommand {
			b.unknownPart(true, false)
			return
		}
		b.started, b.special = true, true
		b.text = append(b.text, v.glob.Glob...)
		b.glob = append(b.glob, v.glob.Glob...)
		return
	case valueUnknown:
		b.unknownPart(quoted, false)
		return
	}
	if quoted || b.ctx != inCommand {
		if quoted {
			b.started = true
		}
		if v.text != "" || quoted {
			b.literal(v.text)
		}
		return
	}
	if b.e.lang == syntax.LangZsh && (v.text == "" || strings.ContainsAny(v.text, " \t\n*?[~(<^#")) {
		b.e.refuseNode(n, "dialect", "zsh expands this unquoted variable unlike other shells.", "Put it in double quotes.")
	}
	for i, f := range strings.FieldsFunc(v.text, func(r rune) bool { return r == ' ' || r == '\t' || r == '\n' }) {
		if i > 0 || strings.IndexByte(" \t\n", v.text[0]) >= 0 {
			b.flush()
		}
		b.started = true
		for j := 0; j < len(f); j++ {
			switch c := f[j]; c {
			case '*', '?', '[':
				b.special = b.special || !b.anyGlob
				b.glob = append(b.glob, c)
			case '\\':
				// Whether a backslash from a variable quotes differs between versions of bash.
				b.unknownPart(false, false)
			default:
				b.glob = append(b.glob, c)
			}
			b.text = append(b.text, f[j])
		}
	}
	if v.text != "" && strings.IndexByte(" \t\n", v.text[len(v.text)-1]) >= 0 {
		b.flush()
	}
}

func integerLiteral(x syntax.ArithmExpr) bool {
	switch x := x.(type) {
	case *syntax.Word:
		return integerText(x.Lit())
	case *syntax.UnaryArithm:
		return x.Op == syntax.Minus && integerLiteral(x.X)
	case *syntax.ParenArithm:
		return integerLiteral(x.X)
	}
	return false
}

func integerText(s string) bool {
	return s != "" && len(s) < 19 && allDigits([]byte(s))
}
