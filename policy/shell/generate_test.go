package shell

import (
	"fmt"
	"math/rand/v2"
	"strings"
)

func pick(r *rand.Rand, list ...string) string { return list[r.IntN(len(list))] }

// generate makes a line from the parts of the language that shells and parsers most often read differently.
func generate(r *rand.Rand, depth int) string {
	if depth > 2 {
		return simpleLine(r, depth)
	}
	next := func() string { return generate(r, depth+1) }
	switch r.IntN(22) {
	case 0, 1:
		return next() + pick(r, " && ", " || ", "; ", "\n", " | ", " ;\n", " &&\n", " |\n", " & ", " |& ") + next()
	case 2:
		return pick(r, "(", "( ") + next() + "\n)" + genRedirect(r)
	case 3:
		return "{ " + next() + "\n}" + genRedirect(r)
	case 4:
		return "if " + pick(r, "", "! ") + next() + "\nthen " + next() + pick(r, "", "\nelif probe\nthen "+next()) + "\nelse " + next() + "\nfi"
	case 5:
		return "for v in " + genWord(r, depth) + " " + genWord(r, depth) + "; do " + genUse(r) + "; done" + genRedirect(r)
	case 6:
		return "case " + genWord(r, depth) + " in " + pick(r, "a", "(a", "a|b", "'*'", "[ab]*", "a*") + ") " + next() + pick(r, "\n;; ", "\n;& ") + "*) " + next() + "\n;; esac"
	case 7, 8:
		return genHereDoc(r, next)
	case 9:
		return genAssign(r) + "; " + genUse(r)
	case 10:
		return pick(r, "while ", "until ! ") + next() + "\ndo " + next() + "\nbreak\ndone"
	case 11:
		return pick(r, "! ", "time ", "time -p ") + next()
	case 12, 13:
		return genWrapped(r, depth)
	case 14:
		return pick(r, "cat <(", "probe <(", "probe >(") + next() + "\n)" + pick(r, "", " </dev/null")
	case 15:
		return "for v in " + pick(r, "*.txt", "sub/*", "{a,b}.txt", "a b c", "\"$HOME\" x", "$(probe)", "1 2") + "; do if " + pick(r, "[ -n \"$v\" ]", "[[ $v == a* ]]", "test \"$v\" = a") + "; then " + genUse(r) + "; else " + next() + "\nfi; done"
	case 16:
		return "cd " + pick(r, "sub", "./sub", ".", "nosuch", "sub/..") + pick(r, " && ", "; ", " || ") + next()
	case 17:
		return genWord(r, depth) + " () { probe; }" // never analysed; must be refused
	}
	return simpleLine(r, depth)
}

// genUse uses the variable v in the ways that split, join and default it.
func genUse(r *rand.Rand) string {
	return pick(r, "probe $v", "probe \"$v\"", "probe ${v}x", "probe \"${v:-d}\"", "$v", "probe x\"$v\"y", "probe ${v%.txt}", "probe \"${v##*/}\"",
		"probe ${#v}", "probe ${v:-a b}", "probe \"${v/a/b}\"", "probe -- $v", "\"$v\" x", "probe '$v' \\$v", "probe ${v:+set}", "probe $v$v", "probe pre$v")
}

func genAssign(r *rand.Rand) string {
	one := func() string { return pick(r, "v", "w") + pick(r, "=", "=", "=", "+=") + genWord(r, 3) }
	switch r.IntN(5) {
	case 0:
		return one() + " " + one()
	case 1:
		return one() + pick(r, "; ", " && ", "\n") + one()
	case 2:
		return "v=" + pick(r, "$w", "\"$w\"x", "${w:-d}", "$(probe)", "`other`", "'a b'", "\"a  b\"", "a\\ b", "*", "~", "$((1+2))", "probe", "a:b")
	}
	return one()
}

// genWrapped puts a command behind wrappers whose options end where the command begins.
func genWrapped(r *rand.Rand, depth int) string {
	inner := simpleLine(r, depth)
	for range 1 + r.IntN(2) {
		inner = pick(r, "env ", "env -i PATH=\"$PATH\" ", "env A=b C='d e' ", "env -u X ", "env -- ", "env - ", "timeout 5 ", "timeout -k 1 5s ", "timeout --signal=KILL 5 ",
			"timeout --sig TERM 5 ", "timeout --foreground 5 ", "nice ", "nice -n 5 ", "nice -5 ", "nice --adjustment=3 ", "nohup ", "stdbuf -oL ", "stdbuf --output=0 -e L ",
			"command ", "time ", "A=b ", "A='b c' B=$HOME ") + inner
	}
	switch r.IntN(6) {
	case 0:
		return "probe | xargs " + pick(r, "", "-r ", "-n 1 ", "-n1 ", "-I{} ", "-I X ", "-0 ", "-d '\\n' ", "-L1 ", "-P2 ", "-t ", "--max-args=1 ") + simpleLine(r, 3)
	case 1:
		return "find " + pick(r, ".", "sub", "a.txt sub", "") + pick(r, "", " -name '*.txt'", " -type f", " -maxdepth 1") + " -exec " + pick(r, "probe", "other -x") + pick(r, " {} \\;", " {} +", " x{}y \\;", " {} ';'", " \\;", " {} {} \\;")
	}
	return inner
}

func genHereDoc(r *rand.Rand, next func() string) string {
	word := pick(r, "E", "'E'", "\"E\"", "\\E", "E", "'E F'", "E\\F")
	end := strings.NewReplacer("'", "", "\"", "", "\\", "").Replace(word)
	body := ""
	for range 1 + r.IntN(3) {
		body += pick(r, "$(probe in doc)", "`other x`", "\\$(third)", "text 'q\" $v", "${v:-$(probe)}", "$((1+1))", "\\`probe\\`", "# probe", "a | b; c && d", "\\", "$HOME ~ *", "E ", " E", "$(probe \"q\" '`')") + "\n"
	}
	first := pick(r, "cat", "probe", "cat -", "while probe; do break; done", "{ cat; }", "(cat)")
	line := first + " " + pick(r, "<<", "<< ") + word + pick(r, "", " | probe", " && other", " >/dev/null", "; third") + "\n" + body + end
	switch r.IntN(4) {
	case 0:
		return pick(r, "cat", "probe") + " <<-" + word + "\n\t" + body + "\t" + end
	case 1:
		return pick(r, "cat", "probe") + " <<<" + pick(r, "a", "'b c'", "\"$(probe)\"", "$v", "`other`", "\"a\\\"b\"")
	case 2:
		return line + "\n" + next()
	}
	return line
}

func genRedirect(r *rand.Rand) string {
	switch r.IntN(4) {
	case 0:
		return " " + pick(r, ">", ">>", "2>", "2>>", "1>", ">|", "<>", "&>", "&>>") + pick(r, "", " ") + pick(r, "out.txt", "\"out 2.txt\"", "/dev/null", "$v", "out$(probe)", "~/nosuch", "sub/o*.txt", "'out.txt'")
	case 1:
		return " " + pick(r, "2>&1", ">&2", "1>&2", "2>&-", "<&-", "3>&1", "<a.txt", "0<b.txt", "< sub/c.txt", ">/dev/null 2>&1", "2>/dev/null")
	}
	return ""
}

func simpleLine(r *rand.Rand, depth int) string {
	var b strings.Builder
	if r.IntN(8) == 0 {
		b.WriteString(pick(r, "A=1 ", "a=b ", "A=$(probe) ", "A= ", "A='x y' B=\"$HOME\" ", "v=x ", "A=~ ", ">/dev/null ", "2>&1 "))
	}
	b.WriteString(pick(r, "probe", "other", "third", "pro\"be\"", "\\probe", "'other'", "th$'ird'", "\"probe\"", "p{robe,}", "pro''be", "pr\\\nobe", "probe\\\n", "echo", "printf '%s\\n'", "true", ":", "[", "test"))
	for range r.IntN(4) {
		b.WriteString(pick(r, " ", " ", " ", "\t", "  ", " \\\n") + genWord(r, depth))
	}
	b.WriteString(pick(r, "", "", "", " # probe comment", "#x", " ;", genRedirect(r), genRedirect(r)))
	return b.String()
}

func genWord(r *rand.Rand, depth int) string {
	var b strings.Builder
	for range 1 + r.IntN(3) {
		switch r.IntN(18) {
		case 0:
			b.WriteString("'" + pick(r, "a b", "$x", "\\", "\"", "`probe`", "*", "", "\n", "$(probe)", "#") + "'")
		case 1:
			b.WriteString("\"" + pick(r, "a b", "\\$x", "\\\\", "'", "*", "\\a", "", "{a,b}", "\\`probe\\`", "a\\\nb", "#", "~", "$", "!") + "\"")
		case 2:
			b.WriteString("\\" + pick(r, " ", "$", "\\", "'", "\"", "n", "*", "{", "#", "~", ";", "|", "&", "\n"))
		case 3:
			b.WriteString("$'" + pick(r, "\\n", "\\x41", "\\'", "\\101", "\\t", "\\\\", "\\u00e9", "a\\\"b", "\\cA", "\\0", "\\e", "\\x4", "\\U1F600", "\\?", "\\z") + "'")
		case 4:
			b.WriteString("{" + pick(r, "a,b", "1..3", "a", "", "x,y,", "c..a", "a,{b,c}", "3..1", "a..", "01..03", "1..9..4", "$v,b", "'a,b',c", "a\\,b", "-1..1", "a,\"b c\"", ",") + "}")
		case 5:
			b.WriteString(pick(r, "*.txt", "?.txt", "[ab].txt", "nosuch*", "~", "~/x", "a~", "sub/*", "[!a]*", "*/", ".*", "[a-", "~nosuch", "a*b*", "[[:alpha:]]*", "**"))
		case 6:
			if depth < 2 {
				b.WriteString("$(" + simpleLine(r, depth+2) + "\n)")
			}
		case 7:
			if depth < 2 {
				b.WriteString(pick(r, "\"$(", "x\"$(") + pick(r, "probe in sub", "other \"q\"", "third 'x'", "probe \"$(other y)\"", "probe <<E\nx\nE\n", "probe # c\n", "echo \\)", "case a in (a) probe;; esac") + ")\"")
			}
		case 8:
			fmt.Fprintf(&b, "$((%s))", pick(r, "1+2", "v", "2 * 3", "1<<2", "(1)", "0x1f", "1?2:3", "-1", "1,2", "16#ff", "08"))
		case 9:
			b.WriteString(pick(r, "a=b", "-x", "--long=v", "#no", "a#b", "!", "^", "%", "@", "a:b", "=", "]", "[", "a=~", "a=x:~", "]]", "{}", "}", "{", "a{", "!!", "-", "--", "+", ","))
		case 10:
			b.WriteString(pick(r, "$HOME", "${HOME}", "\"$HOME\"", "$PWD", "$?", "${nosuch:-def}", "\"$nosuch\"", "$nosuch", "$", "$#", "${v}", "$v.txt", "\"${v:-x y}\"", "${nosuch-a b}", "$1", "\"$@\"", "$-", "${nosuch+x}"))
		case 11:
			if depth < 2 {
				b.WriteString("`" + pick(r, "probe", "other a b", "probe \\`third\\`", "probe \"x\"", "probe \\$v", "probe '\\\\'", "echo probe") + "`")
			}
		default:
			b.WriteString(pick(r, "a", "b", "word", "x1", "/p/q", ".", "..", "probe", "if", "do", "in", "then", "time", "a,b"))
		}
	}
	if b.Len() == 0 {
		return "w"
	}
	return b.String()
}
