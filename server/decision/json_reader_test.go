package decision

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"unicode/utf8"
)

func readAny(b []byte) error {
	r := reader{buf: b}
	if err := r.skip(); err != nil {
		return err
	}
	return r.end()
}

func TestReaderRefusesWhatTwoReadersCouldSeeDifferently(t *testing.T) {
	for _, bad := range []string{
		``, ` `, `{`, `[`, `{"a"}`, `{"a":}`, `{"a":1,}`, `{,}`, `[1,]`, `[,]`, `{"a":1 "b":2}`, `tru`, `nul`, `01`, `-`, `1.`, `1e`, `.5`, `+1`,
		`{"a":1,"a":2}`, `{"a":1,"\u0061":2}`, `{"x":{"a":1,"a":1}}`, `"` + "\x01" + `"`, `"` + "\xff" + `"`, `"\ud800"`, `"\ud800\u0041"`, `"\x"`, `"\u12"`,
		`1 2`, `{} {}`, `1e999`, strings.Repeat("[", 65) + strings.Repeat("]", 65), `{"a":1,1:2}`, `NaN`,
		`{"a":1,"b":2,"c":3,"d":4,"e":5,"f":6,"g":7,"h":8,"i":9,"j":10,"k":11,"l":12,"m":13,"n":14,"a":1}`,
	} {
		if err := readAny([]byte(bad)); err == nil {
			t.Errorf("%q was accepted", bad)
		}
	}
}

func TestReaderReadsStrings(t *testing.T) {
	for in, want := range map[string]string{
		`"plain"`: "plain", `"é"`: "é", `"\u00e9\n\t\"\\\/\b\f\r"`: "é\n\t\"\\/\b\f\r", `"\ud83d\ude00"`: "😀", `""`: "",
	} {
		r := reader{buf: []byte(in)}
		got, err := r.string()
		if err != nil || got != want {
			t.Errorf("%s: got %q, %v; want %q", in, got, err, want)
		}
	}
}

// FuzzReader ensures that whatever the reader accepts, encoding/json reads to the same value, and that it accepts what
// encoding/json wrote.
func FuzzReader(f *testing.F) {
	for _, s := range []string{`{"a":[1,2.5e3,null,true,"x\u0000y"],"b":{}}`, `"\ud83d\ude00"`, `[[[]]]`, `{"a":1,"a":2}`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, in []byte) {
		err := readAny(in)
		var v any
		std := json.Unmarshal(in, &v)
		if err == nil && std != nil {
			t.Fatalf("accepted %q, which encoding/json refuses: %v", in, std)
		}
		if std != nil || !utf8.Valid(in) {
			return
		}
		again, errMarshal := json.Marshal(v)
		if errMarshal != nil {
			t.Fatal(errMarshal)
		}
		if bytes.Count(again, []byte("["))+bytes.Count(again, []byte("{")) < maxDepth {
			if err := readAny(again); err != nil {
				t.Fatalf("refused %q: %v", again, err)
			}
		}
		if s, ok := v.(string); ok && err == nil {
			r := reader{buf: in}
			if got, err := r.string(); err != nil || got != s {
				t.Fatalf("string %q: got %q, %v", in, got, err)
			}
		}
	})
}
