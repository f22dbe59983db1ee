package demo

// paymentTasks are mostly questions: there, every change waits for a second person.
func paymentTasks() []task {
	all := goTasks()
	return append(anyTasks()[:2],
		all[1], all[4],
		task{"Where do we round amounts, and do we always round the same way?", []step{
			sh("rg -n 'Round' --type go"), read("internal/money/round.go"), sh("git log --oneline -8 -- internal/money"), sh("git blame -L 20,60 internal/money/round.go"), spawn("Explore", "List every call of money.Round and its mode"), web("https://pkg.go.dev/math/big"),
		}},
		task{"Draw me the life of a refund, from the request to the bank.", []step{
			sh("ls internal"), sh("rg -l 'Refund' internal | sort"), read("internal/refund/refund.go"), read("internal/refund/worker.go"), sh("cat .env"), mcp("github/search_code", map[string]any{"query": "refund"}), mcp("github/create_issue", map[string]any{"title": "Document the life of a refund"}), tool("ExitPlanMode"),
		}},
		task{"Is anything logged that must not be? Card numbers, names, tokens.", []step{
			sh("rg -n 'log\\.|slog\\.' internal | head -80"), read("internal/log/redact.go"), sh("grep -rn 'PAN' internal | wc -l"), read("internal/charge/charge.go"), sh("git diff --stat HEAD~20"), read("deploy/payments-prod.pem"),
		}},
		task{"The settlement report says 'EUR' twice. Correct the template.", []step{
			sh("rg -n 'EUR' templates"), read("templates/settlement.txt"), write("templates/settlement.txt", "-Total: {{.Amount}} EUR EUR\n+Total: {{.Amount}} EUR\n"),
		}},
	)
}

func goTasks() []task {
	return []task{
		{"The webhook handler returns 500 when the signature header is missing. It should be 400.", []step{
			sh("git status --short"), sh("rg -n 'X-Signature' --type go"), read("internal/webhook/handler.go"), read("internal/webhook/handler_test.go"),
			write("internal/webhook/handler.go", "-\t\treturn err\n+\t\treturn badRequest(\"signature is missing\")\n"),
			fails("go test ./internal/webhook/..."), write("internal/webhook/handler_test.go", "+func TestMissingSignature(t *testing.T) {\n"),
			sh("go test ./internal/webhook/..."), sh("go vet ./..."), sh("git diff --stat"),
		}},
		{"Which endpoints don't have a timeout? List them, don't change anything.", []step{
			sh("rg -n 'http.Client{' --type go"), sh("grep -rn 'WithTimeout' internal"), read("cmd/server/main.go"), read("internal/http/client.go"), sh("git log --oneline -10 -- internal/http"),
		}},
		{"Bump the currency library and fix what breaks.", []step{
			sh("go list -m all"), sh("go get golang.org/x/text@latest"), read("go.mod"), sh("go mod tidy"), fails("go build ./..."), read("internal/money/format.go"),
			write("internal/money/format.go", "-\treturn p.Sprint(v)\n+\treturn p.Sprintf(\"%v\", v)\n"), sh("go build ./... && go test ./..."), sh("git add -A && git commit -m 'Use the new number formatter'"), sh("git push origin HEAD"),
		}},
		{"Why does TestSettle fail about once in twenty runs?", []step{
			sh("go test -run TestSettle -count=20 ./internal/settle"), read("internal/settle/settle.go"), sh("rg -n 'time.Now' internal/settle"), spawn("Explore", "Find every use of the wall clock in internal/settle"),
			read("internal/settle/clock.go"), sh("time go test -race -run TestSettle ./internal/settle"), sh("sleep 60 && go test ./internal/settle"),
		}},
		{"Check the numbers of yesterday's settlement against the bank file.", []step{
			sh("ls testdata/settlements"), read("testdata/settlements/2026-11-20.csv"), sh("cat .env"), sh("psql \"$DATABASE_URL\" -c 'select sum(amount) from settlements'"),
			sh("cut -d, -f3 testdata/settlements/2026-11-20.csv | sort | uniq -c"),
		}},
		{"Write a changelog entry for everything since the last tag.", []step{
			sh("git describe --tags"), sh("git log --oneline v2.14.0..HEAD"), read("CHANGELOG.md"), write("CHANGELOG.md", "+## 2.15.0\n+- Refunds show the original charge.\n"), skill("changelog", "registry.acme.test/changelog"),
		}},
		{"Clean up the build: it is full of old artefacts.", []step{
			sh("ls -la"), sh("rm -rf dist"), sh("make clean"), sh("git status"), sh("git clean -fdx"), sh("make build"),
		}},
	}
}

func webTasks() []task {
	return []task{
		{"The date picker jumps to 1970 when the field is cleared. Find out why and fix it.", []step{
			sh("rg -n 'DatePicker' src"), read("src/components/DatePicker.tsx"), read("src/components/DatePicker.test.tsx"),
			write("src/components/DatePicker.tsx", "-  onChange(new Date(value))\n+  onChange(value === '' ? null : new Date(value))\n"),
			fails("npm test -- DatePicker"), write("src/components/DatePicker.test.tsx", "+  it('stays empty when cleared', () => {\n"), sh("npm test -- DatePicker"), sh("npm run lint"), sh("git diff"),
		}},
		{"Are there known vulnerabilities in our dependencies?", []step{
			sh("npm audit"), read("package.json"), sh("npm ls lodash"), web("https://developer.mozilla.org/en-US/docs/Web/Security"), web("https://lodash.com/docs"),
		}},
		{"Add the new pricing page behind the feature flag.", []step{
			sh("git switch -c pricing-page"), sh("ls src/pages"), read("src/pages/Plans.tsx"), read("src/flags.ts"), tool("TodoWrite"), write("src/flags.ts", "+  pricingPage: false,\n"), write("src/pages/Pricing.tsx", "+export function Pricing() {\n"),
			sh("npx tsc --noEmit"), sh("npm run build"), sh("git add src && git commit -m 'Add the pricing page behind a flag'"), sh("git push -u origin pricing-page"), mcp("github/create_pull_request", map[string]any{"title": "Pricing page behind a flag", "head": "pricing-page"}),
		}},
		{"Use the design tokens instead of hard-coded colours in the header.", []step{
			sh("grep -rn '#[0-9a-f]\\{6\\}' src/components/Header"), read("src/components/Header/Header.css"), read("src/tokens.css"), write("src/components/Header/Header.css", "-  color: #1f2937;\n+  color: var(--text-strong);\n"), sh("npm run build && npm test"), read("/etc/passwd"),
		}},
		{"The build on CI takes nine minutes. What takes so long?", []step{
			read(".github/workflows/ci.yml"), sh("npm run build"), write(".github/workflows/ci.yml", "+      - uses: actions/cache@v5\n"), sh("find node_modules -name '*.node' | head"), sh("curl -s https://status.acme.test/ci.json | jq .slowest"),
		}},
		{"Install a state library, Redux or whatever fits.", []step{
			sh("npm install zustand"), read("package.json"), web("https://react.dev/learn/managing-state"), web("https://zustand.docs.pmnd.rs"), tool("AskUserQuestion"),
		}},
		{"Look at issue 412 and tell me what to do.", []step{
			mcp("github/get_issue", map[string]any{"number": 412}), mcp("linear/list_issues", map[string]any{"query": "412"}), sh("git log --grep 412 --oneline"), sh("rg -n 'TODO.412'"), mcp("github/delete_branch", map[string]any{"branch": "old-412"}),
		}},
	}
}
