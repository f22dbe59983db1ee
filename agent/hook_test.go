package agent

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"ambit/agent/claudecode"
	"ambit/policy"
)

const preToolUse = `{"session_id":"s1","cwd":"/","hook_event_name":"PreToolUse","prompt_id":"p1","tool_name":"Bash","tool_input":{"command":"ls"},"tool_use_id":"toolu_1"}`

func event(name string) string {
	return strings.Replace(preToolUse, "PreToolUse", name, 1)
}

type ran struct {
	status      int
	stdout, err string
}

// runHook runs one hook as the command line would.
func runHook(t *testing.T, in io.Reader, timeout time.Duration, env map[string]string) ran {
	t.Helper()
	var stdout, stderr bytes.Buffer
	if _, ok := env["XDG_CONFIG_HOME"]; !ok {
		env["XDG_CONFIG_HOME"] = t.TempDir()
	}
	k := Hook{Machine: Machine{Getenv: func(k string) string { return env[k] }, Version: "test"}, Timeout: timeout, In: in, Out: &stdout, Err: &stderr}
	status := finish(t.Context(), &k)
	return ran{status, stdout.String(), stderr.String()}
}

// finish runs a hook until its process would end, which is before Run returns where something hangs.
func finish(ctx context.Context, k *Hook) int {
	ended := make(chan int, 2)
	k.Exit = func(status int) { ended <- status }
	go func() { ended <- k.Run(ctx) }()
	return <-ended
}

func connected(url string) map[string]string {
	return map[string]string{"AMBIT_SERVER": url, "AMBIT_TOKEN": "ambit_test", "HOME": "/home/ada", "USER": "ada"}
}

// decided is a server that decides v about every call and writes down what it was asked.
func decided(t *testing.T, v claudecode.Verdict, asked *[]byte) *httptest.Server {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil || r.URL.Path != "/hooks/claude-code" || r.Header.Get("Authorization") != "Bearer ambit_test" {
			w.WriteHeader(http.StatusTeapot)
			return
		}
		if asked != nil {
			*asked = body
		}
		h, err := claudecode.Parse(body)
		if err != nil {
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write(claudecode.Reply(h, v))
	}))
	t.Cleanup(s.Close)
	return s
}

// TestVerdictIsPrinted ensures that a decision reaches Claude Code in its own words.
func TestVerdictIsPrinted(t *testing.T) {
	var asked []byte
	s := decided(t, claudecode.Verdict{ID: "dec_1", Effect: policy.Deny, Enforced: true, Reason: "Not on the list."}, &asked)
	got := runHook(t, strings.NewReader(preToolUse), 5*time.Second, connected(s.URL))
	want := `{"hookSpecificOutput":{"hookEventName":"PreToolUse","permissionDecision":"deny","permissionDecisionReason":"Not on the list. (Ambit decision dec_1)"}}`
	if got != (ran{0, want, ""}) {
		t.Errorf("got %+v", got)
	}
	var sent struct {
		Ambit claudecode.Facts `json:"ambit"`
		Tool  string           `json:"tool_name"`
	}
	if err := json.Unmarshal(asked, &sent); err != nil || sent.Tool != "Bash" || sent.Ambit.Client != "ambit/test" || sent.Ambit.Home != "/home/ada" {
		t.Errorf("sent %s: %v", asked, err)
	}
}

// TestEveryEventGetsAnAnswer ensures that each event the client knows ends with an explicit verdict or a plain "{}".
func TestEveryEventGetsAnAnswer(t *testing.T) {
	s := decided(t, claudecode.Verdict{ID: "dec_1", Effect: policy.Allow, Enforced: true, Reason: "ok"}, nil)
	for name, want := range map[string]string{
		"PreToolUse": `{"hookSpecificOutput":{"hookEventName":"PreToolUse"}}`, "PermissionRequest": `{"continue":true}`,
		"PostToolUse": `{}`, "Stop": `{}`, "SessionEnd": `{}`, "SubagentStop": `{}`, "MessageDisplay": `{}`, "Notification": `{}`,
	} {
		if got := runHook(t, strings.NewReader(event(name)), 5*time.Second, connected(s.URL)); got != (ran{0, want, ""}) {
			t.Errorf("%s: got %+v", name, got)
		}
	}
}

// raw is a server that says exactly what it is told to say, then closes, or keeps the line open.
func raw(t *testing.T, say func(c net.Conn)) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer c.Close()
				buf := make([]byte, 64<<10)
				_, _ = c.Read(buf)
				say(c)
			}()
		}
	}()
	return "http://" + l.Addr().String()
}

func text(s string) func(net.Conn) {
	return func(c net.Conn) { _, _ = io.WriteString(c, s) }
}

func ok(body string) string {
	return "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: " + itoa(len(body)) + "\r\n\r\n" + body
}

func itoa(n int) string {
	b, _ := json.Marshal(n)
	return string(b)
}

const allowed = `{"hookSpecificOutput":{"hookEventName":"PreToolUse"},"ambit":{"event":"PreToolUse","tool_use_id":"toolu_1","decision":"dec_1","effect":"allow","enforced":true}}`

// TestFailuresBlock ensures that whatever goes wrong blocks an action with one sentence, and never blocks a report.
func TestFailuresBlock(t *testing.T) {
	const closed = "http://127.0.0.1:1" // nothing listens there; a port that was let go may be somebody else's by now
	hang := func(c net.Conn) { _, _ = io.Copy(io.Discard, c) }
	drip := func(c net.Conn) {
		for _, b := range []byte(ok(strings.Repeat(" ", 100_000))) {
			if _, err := c.Write([]byte{b}); err != nil {
				return
			}
			time.Sleep(time.Millisecond) // the point of this server is to be slow
		}
	}
	for _, c := range []struct {
		name   string
		server string
		want   string // part of the sentence
	}{
		{"refused", closed, "can't be reached"},
		{"no such host", "https://nobody.invalid", "can't"},
		{"hanging", raw(t, hang), "did not answer within"},
		{"dripping", raw(t, drip), "did not answer within"},
		{"closing at once", raw(t, text("")), "cut off"},
		{"no HTTP", raw(t, text("SSH-2.0-OpenSSH\r\n")), "not an HTTP server"},
		{"head too long", raw(t, text("HTTP/1.1 200 OK\r\nX: "+strings.Repeat("a", 40_000)+"\r\n\r\n{}")), "header is too long"},
		{"400", raw(t, text("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")), "status 400"},
		{"401", raw(t, text("HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n")), "does not accept your token"},
		{"403", raw(t, text("HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n")), "may not ask"},
		{"403 with words", raw(t, text(strings.Replace(ok(`{"detail":"The token is bound to nobody.","hint":"Create one for you"}`), "200 OK", "403 Forbidden", 1))), "the server says: The token is bound to nobody: create one for you."},
		{"404", raw(t, text("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")), "status 404"},
		{"500", raw(t, text("HTTP/1.1 500 Internal Server Error\r\nContent-Length: 4\r\n\r\noops")), "status 500"},
		{"redirect", raw(t, text("HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n")), "redirect"},
		{"204", raw(t, text("HTTP/1.1 204 No Content\r\n\r\n")), "status 204"},
		{"201", raw(t, text(strings.Replace(ok(allowed), "200 OK", "201 Created", 1))), "status 201"},
		{"HTML", raw(t, text("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 13\r\n\r\n<html></html>")), "status 200"},
		{"no content type", raw(t, text(strings.Replace(ok(allowed), "Content-Type: application/json\r\n", "", 1))), "status 200"},
		{"empty", raw(t, text(ok(""))), "can't be trusted"},
		{"not JSON", raw(t, text(ok("allow"))), "can't be trusted"},
		{"null", raw(t, text(ok("null"))), "can't be trusted"},
		{"no decision", raw(t, text(ok("{}"))), "can't be trusted"},
		{"truncated JSON", raw(t, text(ok(allowed[:60]))), "can't be trusted"},
		{"truncated body", raw(t, text(ok(allowed)[:200])), "cut off"},
		{"bare allow", raw(t, text(ok(`{"hookSpecificOutput":{"hookEventName":"PreToolUse","permissionDecision":"allow"}}`))), "can't be trusted"},
		{"other call", raw(t, text(ok(strings.Replace(allowed, "toolu_1", "toolu_2", 1)))), "can't be trusted"},
		{"huge", raw(t, text("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 900000000\r\n\r\n{}")), "too large"},
		{"huge chunk", raw(t, text("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n7ffffff0\r\n{}")), "too large"},
		{"no length", raw(t, text("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n"+allowed)), "how long"},
		{"two lengths", raw(t, text("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\nContent-Type: application/json\r\n\r\n{}")), "length is malformed"},
		{"gzip", raw(t, text("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}")), "compressed"},
		{"http far away", "http://ambit.example.com", "in the clear"},
		{"no URL", "ambit", "is not one"},
		{"path", "https://ambit.example.com/x", "more parts"},
		{"password", "https://a:b@ambit.example.com", "more parts"},
		{"no server", "", "no server is set"},
	} {
		for _, ev := range []string{"PreToolUse", "PostToolUse", "Stop"} {
			t.Run(c.name+"/"+ev, func(t *testing.T) {
				t.Parallel()
				timeout := time.Minute
				if strings.Contains(c.want, "within") {
					timeout = 400 * time.Millisecond
				}
				got := runHook(t, strings.NewReader(event(ev)), timeout, connected(c.server))
				mustFail(t, got, ev == "PreToolUse", c.want)
			})
		}
	}
}

func mustFail(t *testing.T, got ran, gates bool, want string) {
	t.Helper()
	status := 1
	if gates {
		status = 2
	}
	if got.status != status || got.stdout != "" {
		t.Errorf("exit %d with %q on stdout, want exit %d with nothing", got.status, got.stdout, status)
	}
	if strings.Count(got.err, "\n") != 1 || !strings.HasSuffix(got.err, ".\n") || !strings.Contains(got.err, want) || !strings.Contains(got.err, ": ") {
		t.Errorf("says %q, want one sentence with %q", got.err, want)
	}
	if strings.Contains(got.err, "ambit_test") {
		t.Errorf("the sentence holds the token: %q", got.err)
	}
}

// TestGoodAnswersInEveryForm ensures that the forms in which servers and proxies send an answer are understood.
func TestGoodAnswersInEveryForm(t *testing.T) {
	for name, answer := range map[string]string{
		"plain":   ok(allowed),
		"chunked": "HTTP/1.1 200 OK\r\nContent-Type: application/json; charset=utf-8\r\nTransfer-Encoding: chunked\r\n\r\n10\r\n" + allowed[:16] + "\r\n" + hex(len(allowed)-16) + ";x=y\r\n" + allowed[16:] + "\r\n0\r\nTrailer: x\r\n\r\n",
		"early":   "HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n" + ok(allowed),
		"1.0":     strings.Replace(ok(allowed), "HTTP/1.1", "HTTP/1.0", 1),
		"bare LF": strings.ReplaceAll(ok(allowed), "\r\n", "\n"),
	} {
		got := runHook(t, strings.NewReader(preToolUse), 5*time.Second, connected(raw(t, text(answer))))
		if got.status != 0 || got.stdout != `{"hookSpecificOutput":{"hookEventName":"PreToolUse"}}` {
			t.Errorf("%s: got %+v", name, got)
		}
	}
}

func hex(n int) string {
	const digits = "0123456789abcdef"
	if n < 16 {
		return digits[n : n+1]
	}
	return hex(n/16) + digits[n%16:n%16+1]
}

// endless never ends: what a client that forgot to close its end looks like.
type endless struct{ stop <-chan struct{} }

func (e endless) Read([]byte) (int, error) { <-e.stop; return 0, io.EOF }

type broken struct{}

func (broken) Read([]byte) (int, error) { return 0, errors.New("broken") }

// TestBadInputBlocks ensures that a call which can't be read blocks, whatever is wrong with it.
func TestBadInputBlocks(t *testing.T) {
	s := decided(t, claudecode.Verdict{ID: "dec_1", Effect: policy.Allow, Enforced: true, Reason: "ok"}, nil)
	stop := make(chan struct{})
	t.Cleanup(func() { close(stop) })
	big := strings.Repeat("x", maxGate)
	for _, c := range []struct {
		name  string
		in    io.Reader
		gates bool
		want  string
	}{
		{"nothing", strings.NewReader(""), true, "can't be understood"},
		{"never ends", endless{stop}, true, "the call did not arrive completely within"},
		{"breaks", broken{}, true, "could not be read"},
		{"text", strings.NewReader("hello"), true, "can't be understood"},
		{"cut off", strings.NewReader(preToolUse[:100]), true, "can't be understood"},
		{"cut off report", strings.NewReader(event("PostToolUse")[:120]), false, "can't be understood"},
		{"unknown event", strings.NewReader(event("PreLaunch")), true, "can't answer the event"},
		{"worktree", strings.NewReader(event("WorktreeCreate")), true, "can't answer the event"},
		{"too large", strings.NewReader(strings.Replace(preToolUse, `"ls"`, `"`+big+`"`, 1)), true, "larger than 4 MiB"},
		{"far too large", strings.NewReader(strings.Replace(preToolUse, `"ls"`, `"`+strings.Repeat("x", maxReport)+`"`, 1)), true, "larger than 32 MiB"},
		{"far too large report", strings.NewReader(strings.Replace(event("Stop"), `"ls"`, `"`+strings.Repeat("x", maxReport)+`"`, 1)), false, "larger than 32 MiB"},
		{"facts of its own", strings.NewReader(strings.TrimSuffix(preToolUse, "}") + `,"ambit":{}}`), true, "already has"},
	} {
		t.Run(c.name, func(t *testing.T) {
			timeout := time.Minute // large inputs take their time under the race detector
			if c.name == "never ends" {
				timeout = 200 * time.Millisecond
			}
			mustFail(t, runHook(t, c.in, timeout, connected(s.URL)), c.gates, c.want)
		})
	}
}

// TestReportOfLargeFile ensures that the result of editing a large file is reported, by its size only.
func TestReportOfLargeFile(t *testing.T) {
	var asked []byte
	s := decided(t, claudecode.Verdict{}, &asked)
	body := strings.TrimSuffix(event("PostToolUse"), "}") + `,"tool_response":{"originalFile":"` + strings.Repeat("x", 2*maxGate) + `"}}`
	if got := runHook(t, strings.NewReader(body), 5*time.Second, connected(s.URL)); got != (ran{0, "{}", ""}) {
		t.Fatalf("got %+v", got)
	}
	if len(asked) > 2000 || !bytes.Contains(asked, []byte(`"ambit_bytes":8388`)) {
		t.Errorf("sent %d bytes", len(asked))
	}
}

type failing struct{}

func (failing) Write([]byte) (int, error) { return 0, errors.New("closed") }

// TestUnwrittenVerdictBlocks ensures that a verdict nobody could read counts as none.
func TestUnwrittenVerdictBlocks(t *testing.T) {
	s := decided(t, claudecode.Verdict{ID: "dec_1", Effect: policy.Allow, Enforced: true, Reason: "ok"}, nil)
	env := connected(s.URL)
	var stderr bytes.Buffer
	k := Hook{Machine: Machine{Getenv: func(k string) string { return env[k] }}, Timeout: 5 * time.Second, In: strings.NewReader(preToolUse), Out: failing{}, Err: &stderr}
	if status := finish(t.Context(), &k); status != 2 || !strings.Contains(stderr.String(), "could not be written") {
		t.Errorf("exit %d, %q", status, stderr.String())
	}
}

// TestPanicBlocks ensures that an error in this program itself refuses.
func TestPanicBlocks(t *testing.T) {
	var stderr bytes.Buffer
	k := Hook{Machine: Machine{Getenv: func(string) string { panic("boom") }}, Timeout: 5 * time.Second, In: strings.NewReader(preToolUse), Out: io.Discard, Err: &stderr}
	if status := finish(t.Context(), &k); status != 2 || !strings.Contains(stderr.String(), "error of its own") || strings.Contains(stderr.String(), "boom") {
		t.Errorf("exit %d, %q", status, stderr.String())
	}
}

// TestCancelledBlocks ensures that a hook which is told to stop refuses.
func TestCancelledBlocks(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	env := connected(raw(t, func(c net.Conn) { _, _ = io.Copy(io.Discard, c) }))
	k := Hook{Machine: Machine{Getenv: func(k string) string { return env[k] }}, Timeout: time.Second, In: strings.NewReader(preToolUse), Out: io.Discard, Err: io.Discard}
	if status := finish(ctx, &k); status != 2 {
		t.Errorf("exit %d", status)
	}
}

// FuzzAnswer ensures that nothing a server sends is ever printed as a verdict unless it is one, and that nothing panics.
func FuzzAnswer(f *testing.F) {
	f.Add([]byte(ok(allowed)))
	f.Add([]byte("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n"))
	h, err := claudecode.Parse([]byte(preToolUse))
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		a, err := readAnswer(newReader(b))
		if err != nil {
			return
		}
		if len(a.Body) > maxAnswer {
			t.Errorf("read %d bytes", len(a.Body))
		}
		if out, err := claudecode.Check(h, a.Body); err == nil && !bytes.Contains(a.Body, []byte("toolu_1")) && !bytes.Contains(a.Body, []byte(`\u`)) {
			t.Errorf("%q passed as %s", a.Body, out)
		}
	})
}
