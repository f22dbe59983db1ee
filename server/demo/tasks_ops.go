package demo

func infraTasks() []task {
	return []task{
		{"Rename the staging cluster's node pool. Plan only.", []step{
			sh("git pull --ff-only"), sh("ls modules/cluster"), read("modules/cluster/main.tf"), write("modules/cluster/main.tf", "-  name = \"pool-a\"\n+  name = \"staging-general\"\n"), sh("terraform fmt -check"), sh("terraform validate"), sh("terraform plan -out plan.bin"), sh("terraform apply plan.bin"),
		}},
		{"Why do the checkout pods restart?", []step{
			sh("kubectl get pods -n checkout"), sh("kubectl describe pod checkout-6c9f7 -n checkout"), sh("kubectl logs checkout-6c9f7 -n checkout --previous"), sh("kubectl delete pod checkout-6c9f7 -n checkout"), read("~/.kube/config"),
		}},
		{"Move the alert rules into their own file.", []step{
			read("monitoring/rules.yaml"), sh("rg -n 'severity: page' monitoring"), write("monitoring/alerts.yaml", "+groups:\n+  - name: checkout\n"), sh("make lint"), sh("git add monitoring && git commit -m 'Move the alert rules'"), sh("docker compose up -d prometheus"),
		}},
		{"Make the runners use the new base image.", []step{
			sh("rg -n 'base-image' ."), read("images/runner/Dockerfile"), write("images/runner/Dockerfile", "-FROM debian:12\n+FROM debian:13\n"), sh("docker build -t runner images/runner"), sh("ssh runner-1 sudo systemctl restart runner"),
		}},
	}
}

func dataTasks() []task {
	return []task{
		{"The nightly job drops rows with empty country codes. Keep them as unknown.", []step{
			sh("rg -n 'country' src"), read("src/transform/orders.py"), write("src/transform/orders.py", "-    df = df.dropna(subset=['country'])\n+    df['country'] = df['country'].fillna('unknown')\n"), sh("pytest tests/test_orders.py -q"), sh("ruff check src"), sh("python3 -m mypy src"), sh("git commit -am 'Keep orders without a country'"),
		}},
		{"Profile the orders import.", []step{
			sh("python3 -c 'import cProfile; cProfile.run(\"import_orders()\")'"), read("src/imports/orders.py"), sh("wc -l data/sample/*.csv"), sh("head -5 data/sample/orders.csv"), skill("profiling", "github.com/someone/skills/profiling"), web("https://docs.python.org/3/library/profile.html"),
		}},
		{"Load last month's export from the bucket and count the rows.", []step{
			sh("aws s3 cp s3://acme-exports/2026-10.parquet /tmp/"), read("~/.aws/credentials"), sh("ls data"), sh("pip install pyarrow"), sh("python3 scripts/count.py"),
		}},
		{"Add a test for the currency conversion.", []step{
			read("src/transform/currency.py"), sh("ls tests"), write("tests/test_currency.py", "+def test_round_half_even():\n"), fails("pytest tests/test_currency.py -q"), write("tests/test_currency.py", "-    assert convert(1.005) == 1.01\n+    assert convert(1.005) == 1.00\n"), sh("pytest -q"), write("pyproject.toml", "+decimal = \"*\"\n"),
		}},
	}
}

func anyTasks() []task {
	return []task{
		{"Explain how this repository is put together.", []step{
			sh("ls"), read("README.md"), sh("find . -maxdepth 2 -type d"), sh("git log --oneline -5"), read("ARCHITECTURE.md"), spawn("Explore", "Map the main packages and what they do"), tool("ExitPlanMode"),
		}},
		{"Review my last commit.", []step{
			sh("git show --stat HEAD"), sh("git diff HEAD~1"), tool("TodoWrite"), sh("git blame -L 1,40 README.md"), mcp("github/list_pull_requests", map[string]any{"state": "open"}),
		}},
		{"Run everything and tell me whether it is green.", []step{
			sh("git status"), sh("make lint && make test"), fails("make test"), sh("make test 2>&1 | tail -40"), sh("git stash list"),
		}},
		{"What changed since Monday?", []step{
			sh("git log --since=monday --oneline"), sh("git diff --stat HEAD~12"), read("CHANGELOG.md"), mcp("slack/post_message", map[string]any{"channel": "#eng", "text": "Summary of the week"}),
		}},
	}
}
