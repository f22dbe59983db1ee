package shell

import (
	"slices"
	"strings"
)

// special judges the classes whose text has a small grammar of its own.
func (k *classifier) special(c class, i int, v Word, st state, how effect) {
	text := v.Text
	opens := func(class, message, hint string) { k.open(i, class, text, message, hint, false) }
	read := func(name string) { k.file(classRead, Word{Span: v.Span, Text: name}, st, how, false) }
	if v.Kind != Known {
		k.open(i, "unknown-word", "", "What this word will be is unknown.", "Write it out.", true)
		return
	}
	switch c {
	case classOutFormat, classTarget, classTestArgs, classNativeArgs, classWarning:
		k.build(c, i, v, st, how)
	case classReference:
		if strings.Contains(text, "://") {
			opens("net", quoteShort(text)+" names a machine to contact.", "A pattern that names this word permits it.")
		}
	case classTemplate:
		if !strings.Contains(text, "{") {
			read(text)
		}
	case classInt:
		if !allDigits([]byte(strings.TrimLeft(text, "+-."))) {
			opens("exec", "Behind the number this goes on as further options.", "Write each option as a word of its own.")
		}
	case classOptionText:
		if strings.Contains(text, "$") {
			opens("exec", "Behind $ this goes on as further options.", "Leave the $ out.")
		}
	case classRepository:
		switch {
		case strings.Contains(text, "::"):
			opens("exec", "This address starts a program.", "Name a remote.")
		case strings.Contains(text, ":"):
			opens("net", quoteShort(text)+" names a machine to contact.", "Name a remote that is set up.")
		default:
			read(text)
		}
	case classGoFlags:
		if !harmlessGoFlags(text) {
			opens("exec", "Compiler and linker flags may run programs or write files.", "Use -s, -w, -X, -m, -N and -l only.")
		}
	case classCovReport:
		if _, file, is := strings.Cut(text, ":"); is {
			k.file(classWriteTree, Word{Span: v.Span, Text: file}, st, how, false)
		}
	case classFormatter:
		if !slices.Contains(builtinFormatters, text) {
			opens("exec", "A formatter that is not built in is code.", "Use a built-in one.")
		}
	case classModule:
		if pathLike(text) || strings.HasPrefix(text, ".") {
			opens("exec", "A module from a file is code.", "Name one that is built in or installed.")
		}
	case classFmtArgs:
		switch {
		case strings.HasPrefix(text, "-") && text != "--check":
			opens("config", "Only --check may stand here.", "")
		case !strings.HasPrefix(text, "-"):
			k.file(classReadWrite, v, st, how, false)
		}
	case classLintArgs:
		if !lintArg(text) {
			opens("exec", "Flags for the compiler may run programs.", "Use -D, -W and -A with lints.")
		}
	case classKubeOutput:
		if _, file, is := strings.Cut(text, "-file="); is {
			read(file)
		}
	case classCurlText:
		switch {
		case strings.HasPrefix(text, "@"):
			read(text[1:])
		case strings.Contains(text, "%output{"):
			opens("state", "%output writes a file.", "Redirect in the shell.")
		}
	case classCookie:
		if !strings.Contains(text, "=") {
			read(text)
		}
	case classMethod:
		if text != "GET" && text != "HEAD" {
			opens("state", "The method "+quoteShort(text)+" may change something.", "Use GET or HEAD.")
		}
	case classPlugin:
		if !strings.HasPrefix(text, "no:") {
			opens("exec", "A plugin is code.", "Name only plugins to leave out: no:NAME.")
		}
	case classSuffix:
		if strings.Contains(text, "/") {
			opens("state", "The ending of the backup file leads to another directory.", "Use an ending like .bak.")
			return
		}
		k.endings = append(k.endings, text)
	case classProcess, classShowing:
		if k.showsEnvironment(i, text) {
			opens("state", quoteShort(text)+" shows the variables of other programs, which may hold secrets.", "Leave out e and environ.")
		}
	case classPrefix:
		k.e.fileEffect(Word{Span: v.Span, Kind: Glob, Text: globDir(quoteGlob(text)), Glob: quoteGlob(text) + "*"}, st, effect{command: how.command, word: how.word, write: true})
	case classDNS:
		switch {
		case strings.HasPrefix(text, "+") && harmlessDNS(text[1:]):
		case strings.HasPrefix(text, "+"):
			opens("net", quoteShort(text)+" may name a machine, a domain or a file.", "A pattern that names this word permits it.")
		case slices.Contains(dnsTypes, text):
		default:
			opens("net", quoteShort(text)+" is asked of a name server.", "A pattern that names this word permits it.")
		}
	}
}

// showsEnvironment reports what makes ps show the variables of programs: "environ" in a format, or e among letters without a dash,
// as which ps also takes "-auxe", because x is no user.
func (k *classifier) showsEnvironment(i int, text string) bool {
	if strings.Contains(text, "environ") {
		return true
	}
	word := k.words[i].Text
	joined := strings.HasPrefix(word, "-") && !strings.HasPrefix(word, "--") && strings.HasSuffix(word, text)
	return (word == text || joined) && strings.Contains(text, "e") && strings.Trim(text, "aceEfghHjklLmMnNoOpqrsStTuUvVwxXZ") == ""
}

var builtinFormatters = []string{
	"stylish", "json", "json-with-metadata", "html", "compact", "unix", "visualstudio", "checkstyle", "jslint-xml",
	"junit", "tap", "default", "verbose", "dot", "basic", "tree", "tap-flat", "hanging-process", "github-actions", "blob", "agent",
}

// dnsOptions are the options of dig, also with "no" in front or with a number, that only change how the question is put and
// the answer shown. Not among them: domain, tls-…, https, proxy, subnet and trusted-key, which add a name, a machine or a file.
var dnsOptions = []string{
	"short", "all", "answer", "question", "authority", "additional", "comments", "rrcomments", "cmd", "stats", "qr", "multiline", "split",
	"identify", "ttlid", "ttlunits", "class", "crypto", "onesoa", "yaml", "idnin", "idnout", "expandaaaa", "unknownformat", "tcp", "vc",
	"ignore", "fail", "besteffort", "recurse", "rdflag", "rd", "dnssec", "do", "cdflag", "cd", "adflag", "ad", "aaflag", "aaonly", "aa",
	"zflag", "nsid", "edns", "ednsnegotiation", "bufsize", "padding", "cookie", "badcookie", "keepopen", "keepalive", "expire", "mapped",
	"trace", "nssearch", "search", "showsearch", "ndots", "tries", "retry", "time", "timeout", "header-only", "unexpected", "qid",
}

func harmlessDNS(text string) bool {
	name, value, _ := strings.Cut(text, "=")
	if !slices.Contains(dnsOptions, name) && !slices.Contains(dnsOptions, strings.TrimPrefix(name, "no")) {
		return false
	}
	return allDigits([]byte(value))
}

var dnsTypes = []string{
	"A", "AAAA", "ANY", "CAA", "CNAME", "DNSKEY", "DS", "HTTPS", "IN", "MX", "NAPTR", "NS", "PTR", "SOA", "SRV", "SVCB", "TLSA", "TXT",
	"a", "aaaa", "any", "caa", "cname", "mx", "ns", "ptr", "soa", "srv", "txt",
}

// harmlessGoFlags accepts flags of the Go compiler and linker that only change what is built or shown. Anything else may
// name the linker, a plugin or a file.
func harmlessGoFlags(text string) bool {
	// go cuts blanks off first, and only then looks whether a pattern of packages stands in front.
	text = strings.TrimSpace(text)
	ok := true
	if text != "" && text[0] != '-' {
		_, text, ok = strings.Cut(text, "=")
	}
	fields, closed := goFields(text)
	if !ok || !closed {
		return false
	}
	for i := 0; i < len(fields); i++ {
		f := fields[i]
		name, value, has := strings.Cut(strings.TrimPrefix(f, "-"), "=")
		switch {
		case !strings.HasPrefix(f, "-"):
			return false
		case slices.Contains([]string{"s", "w", "m", "m=2", "N", "l", "S", "live", "e", "race", "v", "B=none", "wb"}, name) && (!has || allDigits([]byte(value))):
		case name == "X" && has:
		case name == "X":
			if i++; i >= len(fields) || !strings.Contains(fields[i], "=") {
				return false
			}
		case name == "d" && has && harmless(value) && !strings.Contains(value, "/"):
		case name == "c" && has && allDigits([]byte(value)), name == "buildid" && harmless(value), name == "checklinkname", name == "compressdwarf":
		default:
			return false
		}
	}
	return true
}

// goFields splits flags as go does: at blanks, with quotes only around whole words and nothing that escapes.
func goFields(text string) (fields []string, ok bool) {
	const blanks = " \t\n\r"
	for text = strings.TrimLeft(text, blanks); text != ""; text = strings.TrimLeft(text, blanks) {
		if quote := text[:1]; quote == `"` || quote == "'" {
			field, rest, closed := strings.Cut(text[1:], quote)
			if !closed {
				return nil, false
			}
			fields, text = append(fields, field), rest
			continue
		}
		end := strings.IndexAny(text, blanks)
		if end < 0 {
			end = len(text)
		}
		fields, text = append(fields, text[:end]), text[end:]
	}
	return fields, true
}

func lintArg(text string) bool {
	for _, level := range [...]string{"-D", "-W", "-A", "-F"} {
		if rest, ok := strings.CutPrefix(text, level); ok {
			text = rest
			break
		}
	}
	for i := 0; i < len(text); i++ {
		if c := text[i]; !(c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == '_' || c == ':' || c == '-' && i > 0) {
			return false
		}
	}
	return true
}
