package shell

import "testing"

const pipelineLine = `go test -race -timeout 120s -run 'TestToken/(valid|expired)$' ./internal/auth ./internal/cache 2>&1 | grep -E '^(---|FAIL|ok|panic)' | sort | uniq -c | sort -rn | head -40 | tee /tmp/agent/summary.txt && git status --short && git diff --stat HEAD~3..HEAD -- internal/auth internal/cache cmd/app && wc -l go.mod`

func benchmarkLine(b *testing.B, line string) {
	p := loadPolicies()["go-dev"]
	rules := p.rules(b, "go-dev")
	in := p.input(line)
	if ok, why := p.judge(b, "go-dev", in); !ok {
		b.Fatal(why)
	}
	b.ReportAllocs()
	for b.Loop() {
		rules.Judge(Analyse(in))
	}
}

func BenchmarkTypical(b *testing.B)  { benchmarkLine(b, "git diff --stat HEAD~3 -- internal/auth") }
func BenchmarkShort(b *testing.B)    { benchmarkLine(b, "git status") }
func BenchmarkPipeline(b *testing.B) { benchmarkLine(b, pipelineLine) }
func BenchmarkCommit(b *testing.B) {
	benchmarkLine(b, "git add internal && git commit -m \"$(cat <<'EOF'\nfix(auth): refresh tokens\n\n- retry on 401\nEOF\n)\"")
}
