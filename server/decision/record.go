package decision

import (
	"crypto/sha256"
	"encoding/hex"
	"strconv"
	"unicode/utf8"

	"ambit/policy"
)

// maxRecordedText bounds a file's content or diff in the ledger, in bytes. Longer ones are recorded by size and digest: the
// ledger says what was decided on, it is no copy of the repository.
const maxRecordedText = 16 << 10

// recordAction is the action's properties as the ledger keeps them: those of the decision request, from what was judged
// rather than from what was sent. A prompt's text isn't there: it goes to the prompt vault or nowhere.
func recordAction(a *policy.Action) []byte {
	o := object{buf: make([]byte, 1, 128+len(a.Command)+len(a.Arguments))}
	o.buf[0] = '{'
	switch a.Name {
	case policy.ActionAgentSpawn, policy.ActionToolUse:
		o.text("name", a.Tool)
		o.raw("input", a.Arguments)
	default:
		o.text("tool", a.Tool)
		o.raw("arguments", a.Arguments)
	}
	o.text("command", a.Command)
	o.text("shell", a.Shell)
	if a.TimeoutMS != 0 {
		o.number("timeout", a.TimeoutMS)
	}
	o.text("path", a.Path)
	o.files(a.Files)
	digest := a.ContentSHA256
	if len(a.Content) > maxRecordedText {
		o.number("content_bytes", int64(len(a.Content)))
		if digest == "" {
			sum := sha256.Sum256([]byte(a.Content))
			digest = hex.EncodeToString(sum[:])
		}
	} else {
		o.text("content", a.Content)
	}
	o.text("content_sha256", digest)
	if len(a.Diff) > maxRecordedText {
		o.number("diff_bytes", int64(len(a.Diff)))
		sum := sha256.Sum256([]byte(a.Diff))
		o.text("diff_sha256", hex.EncodeToString(sum[:]))
	} else {
		o.text("diff", a.Diff)
	}
	o.text("skill", a.Skill)
	o.text("source", a.Source)
	o.text("server", a.Server)
	o.text("url", a.URL)
	o.text("model", a.Model)
	return append(o.buf, '}')
}

// object appends members to a JSON object that was opened; empty values are left out.
type object struct {
	buf  []byte
	more bool
}

func (o *object) name(name string) {
	if o.more {
		o.buf = append(o.buf, ',')
	}
	o.more = true
	o.buf = append(o.buf, '"')
	o.buf = append(o.buf, name...)
	o.buf = append(o.buf, '"', ':')
}

func (o *object) text(name, value string) {
	if value != "" {
		o.name(name)
		o.buf = appendString(o.buf, value)
	}
}

func (o *object) number(name string, value int64) {
	o.name(name)
	o.buf = strconv.AppendInt(o.buf, value, 10)
}

func (o *object) flag(name string, value bool) {
	o.name(name)
	o.buf = strconv.AppendBool(o.buf, value)
}

func (o *object) raw(name string, value []byte) {
	if len(value) > 0 {
		o.name(name)
		o.buf = append(o.buf, value...)
	}
}

func (o *object) files(files []policy.File) {
	if len(files) == 0 {
		return
	}
	o.name("files")
	o.buf = append(o.buf, '[')
	for i, f := range files {
		if i > 0 {
			o.buf = append(o.buf, ',')
		}
		item := object{buf: append(o.buf, '{')}
		item.text("path", f.Path)
		item.text("resolved", f.Resolved)
		item.text("kind", f.Kind)
		o.buf = append(item.buf, '}')
	}
	o.buf = append(o.buf, ']')
}

// appendString appends a JSON string (RFC 8259). Invalid UTF-8 becomes U+FFFD; nothing else is escaped than must be.
func appendString(buf []byte, s string) []byte {
	const hexDigits = "0123456789abcdef"
	buf = append(buf, '"')
	from := 0
	for i := 0; i < len(s); {
		b := s[i]
		if b >= utf8.RuneSelf {
			c, n := utf8.DecodeRuneInString(s[i:])
			if c == utf8.RuneError && n == 1 {
				buf = append(append(buf, s[from:i]...), "\ufffd"...)
				from = i + 1
			}
			i += n
			continue
		}
		if b >= ' ' && b != '"' && b != '\\' {
			i++
			continue
		}
		buf = append(buf, s[from:i]...)
		switch b {
		case '"', '\\':
			buf = append(buf, '\\', b)
		case '\n':
			buf = append(buf, '\\', 'n')
		case '\r':
			buf = append(buf, '\\', 'r')
		case '\t':
			buf = append(buf, '\\', 't')
		default:
			buf = append(buf, '\\', 'u', '0', '0', hexDigits[b>>4], hexDigits[b&15])
		}
		i++
		from = i
	}
	return append(append(buf, s[from:]...), '"')
}
