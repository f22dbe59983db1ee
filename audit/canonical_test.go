package audit

import (
	"bytes"
	"encoding/json"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/gowebpki/jcs"
	"pgregory.net/rapid"
)

// reference is the canonical form by encoding/json and an RFC 8785 library.
func reference(t testing.TB, e *Event) []byte {
	t.Helper()
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(e); err != nil {
		t.Fatal(err)
	}
	out, err := jcs.Transform(b.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	return out
}

var rawMessage = reflect.TypeFor[json.RawMessage]()

// fill sets every field of v, at any depth, to something random: a field that encode forgets shows at once.
func fill(v reflect.Value, r *rand.Rand) {
	strs := []string{"a", "<b>&", "é\u2028", "tab\t\"\\", "\x01\x7f", "😀", "\ufffd"}
	switch v.Kind() {
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(v.Elem(), r)
	case reflect.Struct:
		if v.Type() == reflect.TypeFor[time.Time]() {
			v.Set(reflect.ValueOf(time.UnixMilli(1_700_000_000_001 + r.Int64N(1e10)/10*10).UTC()))
			return
		}
		for i := range v.NumField() {
			fill(v.Field(i), r)
		}
	case reflect.Slice:
		if v.Type() == rawMessage {
			v.SetBytes([]byte(`{ "z" : [1, 2.50, -0, 1e21, 9007199254740993], "a":{"\u20ac":null,"A":"\u0041"} }`))
			return
		}
		v.Set(reflect.MakeSlice(v.Type(), 2, 2))
		fill(v.Index(0), r)
		fill(v.Index(1), r)
	case reflect.Map:
		v.Set(reflect.MakeMap(v.Type()))
		for _, s := range strs {
			v.SetMapIndex(reflect.ValueOf(s), reflect.ValueOf(s))
		}
	case reflect.String:
		v.SetString(strs[r.IntN(len(strs))] + strs[r.IntN(len(strs))])
	case reflect.Int, reflect.Int64:
		v.SetInt(1 + r.Int64N(1<<50))
	case reflect.Bool:
		v.SetBool(true)
	default:
		panic("fill: " + v.Kind().String())
	}
}

func mustEncode(t testing.TB, e *Event) string {
	t.Helper()
	en, err := encode(nil, e)
	if err != nil {
		t.Fatal(err)
	}
	return string(en.splice(nil, e.Seq, e.Time))
}

func TestEveryFieldIsEncodedCanonically(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 200 {
		var e Event
		fill(reflect.ValueOf(&e).Elem(), r)
		e.Schema = Schema
		e.Action.Properties = json.RawMessage(`{"b":1,"a":[]}`)
		if got, want := mustEncode(t, &e), string(reference(t, &e)); got != want {
			t.Fatalf("\n got %s\nwant %s", got, want)
		}
	}
	// And with everything left out that may be.
	e := Event{Schema: Schema, ID: "evt_1", Time: time.UnixMilli(1_700_000_000_001).UTC()}
	if got, want := mustEncode(t, &e), string(reference(t, &e)); got != want {
		t.Fatalf("\n got %s\nwant %s", got, want)
	}
}

func TestForeignJSONIsRefused(t *testing.T) {
	for _, raw := range []string{
		``, `{`, `{"a":1,"a":2}`, `{"a":1,"\u0061":2}`, `[1,]`, `01`, `1.`, `-`, `1e999`, `"`, `"\x"`, "\"\n\"", `tru`, `nul`, `{} x`, `{"a" 1}`,
		strings.Repeat("[", 300) + strings.Repeat("]", 300),
	} {
		if out, err := appendCanonical(nil, []byte(raw)); err == nil {
			t.Errorf("%q became %q", raw, out)
		}
	}
}

func checkCanonical(t interface{ Fatalf(string, ...any) }, raw []byte) {
	got, err := appendCanonical(nil, raw)
	want, wantErr := jcs.Transform(raw)
	if wantErr == nil && json.Valid(raw) && nesting(raw) < maxDepth {
		if err != nil {
			t.Fatalf("%q: %v", raw, err)
		}
		if !bytes.Equal(got, want) {
			t.Fatalf("%q\n got %q\nwant %q", raw, got, want)
		}
	}
	if err == nil {
		if !json.Valid(raw) || !json.Valid(got) || !utf8.Valid(got) {
			t.Fatalf("%q became %q", raw, got)
		}
		if again, err := appendCanonical(nil, got); err != nil || !bytes.Equal(again, got) {
			t.Fatalf("not stable: %q became %q, %v", got, again, err)
		}
	}
}

// nesting over-counts.
func nesting(raw []byte) int { return bytes.Count(raw, []byte("[")) + bytes.Count(raw, []byte("{")) }

func TestCanonicalAgreesWithReference(t *testing.T) {
	var value func(depth int) *rapid.Generator[string]
	value = func(depth int) *rapid.Generator[string] {
		return rapid.Custom(func(t *rapid.T) string {
			pad := rapid.SampledFrom([]string{"", " ", "\n\t"})
			str := rapid.Custom(func(t *rapid.T) string {
				b, err := json.Marshal(rapid.OneOf(rapid.String(), rapid.SampledFrom([]string{"a", "\ufb33", "😀", "\ue000", "€", "\r", "1", "ö", "\x80"})).Draw(t, "s"))
				if err != nil {
					t.Fatal(err)
				}
				return string(b)
			})
			kind := rapid.IntRange(0, 4).Draw(t, "kind")
			if depth > 3 {
				kind %= 3
			}
			switch kind {
			case 0:
				return str.Draw(t, "string")
			case 1:
				b, err := json.Marshal(rapid.Float64().Draw(t, "number"))
				if err != nil {
					t.Fatal(err)
				}
				return string(b)
			case 2:
				return rapid.SampledFrom([]string{"true", "false", "null", "0", "-0", "1E400", "1e-7", "123456789012345", "1234567890123456789", "-1.0"}).Draw(t, "word")
			case 3:
				return "[" + strings.Join(rapid.SliceOfN(value(depth+1), 0, 4).Draw(t, "array"), pad.Draw(t, "pad")+",") + "]"
			}
			var members []string
			for range rapid.IntRange(0, 5).Draw(t, "members") {
				members = append(members, pad.Draw(t, "pad")+str.Draw(t, "name")+pad.Draw(t, "pad")+":"+value(depth+1).Draw(t, "value"))
			}
			return "{" + strings.Join(members, ",") + "}"
		})
	}
	rapid.Check(t, func(t *rapid.T) { checkCanonical(t, []byte(value(0).Draw(t, "json"))) })
}

func FuzzCanonical(f *testing.F) {
	for _, s := range []string{`{"b":1,"a":[2.50,1e21,-0,"\u20ac\ud83d\ude00\ud800"]}`, `{"😀":1,"":2,"€":3}`, ` [ ] `, `1e-400`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, raw []byte) { checkCanonical(t, raw) })
}

func TestSpliceSurvivesReuse(t *testing.T) {
	e := sample(3)
	e.ID = "evt_1"
	en, err := encode(make([]byte, 0, 4096), e)
	if err != nil {
		t.Fatal(err)
	}
	at := time.Date(2026, 11, 22, 5, 30, 16, 248_999_999, time.FixedZone("x", 3600))
	got := string(en.splice(nil, 12, at))
	if !strings.Contains(got, `"schema":"ambit.audit/v1","seq":12,"session":"session-3","time":"2026-11-22T04:30:16.248Z","type":"shell.exec"}`) {
		t.Fatal(got)
	}
}
