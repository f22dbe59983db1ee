package decision

import (
	"context"
	"testing"

	"github.com/valyala/fasthttp"

	"ambit/audit"
)

// nowhere is a ledger that costs nothing, so that the benchmark shows this package alone.
type nowhere struct{}

func (nowhere) Append(context.Context, *audit.Event) error       { return nil }
func (nowhere) AppendAll(context.Context, ...*audit.Event) error { return nil }
func (nowhere) DecidedOn(context.Context, string, string) (asked, refused bool, err error) {
	return true, false, nil
}

// BenchmarkEvaluate is one decision from the request's bytes to the answer's, without network, policy and ledger.
func BenchmarkEvaluate(b *testing.B) {
	t := &testing.T{}
	w := newWorld(t)
	w.Ledger = nowhere{}
	w.Policy = func() (Policy, int64) { return quickPolicy{}, 7 }
	h := w.app.Handler()
	var ctx fasthttp.RequestCtx
	ctx.Request.Header.SetMethod("POST")
	ctx.Request.SetRequestURI("/access/v1/evaluation")
	ctx.Request.Header.SetContentType("application/json")
	ctx.Request.SetBodyString(`{"subject":{"type":"user","id":"ada@acme.test","properties":{"groups":["engineers"]}},
		"action":{"name":"shell.exec","properties":{"command":"git status && git diff --stat","shell":"bash"}},
		"resource":{"type":"repository","id":"github.com/acme/app","properties":{"root":"/home/ada/app","cwd":"/home/ada/app","home":"/home/ada"}},
		"context":{"agent":"claude-code/2.1.330","session_id":"s1","tool_use_id":"toolu_1","prompt_id":"p1"}}`)
	b.ReportAllocs()
	for b.Loop() {
		ctx.Response.Reset()
		h(&ctx)
		if ctx.Response.StatusCode() != 200 {
			b.Fatalf("%d %s", ctx.Response.StatusCode(), ctx.Response.Body())
		}
	}
}
