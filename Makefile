# Every way to build, run and check Ambit. `make help` lists the goals.
# `make run` needs Go, a C compiler and make; `make test` needs Node as well and installs the rest itself.

export GOFLAGS := -tags=sqlite_fts5 -trimpath
export CGO_ENABLED := 1
VERSION := $(shell git describe --tags --always --dirty 2>/dev/null || echo unreleased)
LDFLAGS := -s -w -X ambit/cli.version=$(VERSION)
GOLANGCI_VERSION := v2.15.0
TOOLS := $(CURDIR)/.tools
PATH := $(TOOLS)/bin:$(PATH)
DATA ?= ./ambit-data
ADDRESS ?= 127.0.0.1:8420
FUZZTIME ?= 10m
EVENTS ?= 5000000

.DEFAULT_GOAL := help
.PHONY: help run build clients test test-go test-ui test-console test-idp test-sinks lint lint-go lint-ui ui e2e bench bench-search fuzz soak soak-sinks differential screenshots clean need-go need-node

help: ## list the goals
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## /{printf "  make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: build ## build, start the sample organisation, print where to look
	@bin/ambit serve --demo --data $(DATA) --listen $(ADDRESS)

build: need-go ## bin/ambit, the whole product
	@.ci/say-first-compile
	@go build -ldflags '$(LDFLAGS)' -o bin/ambit .

clients: need-go ## the small static client for Linux, macOS and Windows, in bin/clients
	@set -e; for target in linux/amd64 linux/arm64 darwin/amd64 darwin/arm64 windows/amd64 windows/arm64; do \
	  os=$${target%/*}; arch=$${target#*/}; name=ambit-$$os-$$arch; [ $$os = windows ] && name=$$name.exe; \
	  CGO_ENABLED=0 GOOS=$$os GOARCH=$$arch GOFLAGS=-tags=client go build -trimpath -ldflags '$(LDFLAGS)' -o bin/clients/$$name .; \
	  echo "bin/clients/$$name"; done

test: test-go test-ui test-idp test-sinks test-console e2e ## everything; installs what it needs
	@echo; echo "make test: everything passed"

test-go: need-go ## Go tests, with the race detector where it tells something
	@.ci/say-first-compile
	@.ci/test-go

test-ui: need-node ## the console's unit tests
	@.ci/npm-ci ui
	@cd ui && npm run --silent check && npm test --silent

test-console: build need-node ## the console in a real browser, against the real server
	@.ci/with-chromium .ci/test-console

test-sinks: build ## the sinks against an OpenTelemetry Collector and syslog-ng
	@.ci/sinks -timeout 10m

test-idp: need-go need-node ## SAML against real identity providers
	@e2e/idp/saml-run

lint: lint-go lint-ui ## golangci-lint, Biome, TypeScript

lint-go: need-go
	@.ci/golangci-lint $(GOLANGCI_VERSION) run ./...
	@GOFLAGS=-tags=client CGO_ENABLED=0 go vet ./cli ./agent/... ./policy/...

lint-ui: need-node
	@.ci/npm-ci ui
	@cd ui && npm run --silent lint

ui: need-node ## rebuild the console into assets/dist
	@.ci/npm-ci ui
	@cd ui && npm run --silent build

e2e: build clients need-node ## the real Claude Code against the real server, in a closed network
	@.ci/e2e-agent

bench: build clients ## decisions and hook process, as ratios in one run
	@bench/run

bench-search: need-go ## search in EVENTS (5,000,000) events: takes a quarter of an hour and 8 GB in TMPDIR
	@AMBIT_BULK=$(EVENTS) go test -count=1 -v -timeout 3h -run TestBulk ./audit

fuzz: need-go ## every fuzz target for FUZZTIME (10m) each
	@.ci/fuzz $(FUZZTIME)

soak: build ## the long forms of the crash and mutation tests
	@AMBIT_MUTATIONS=10000 AMBIT_CRASHES=200 go test -count=1 -timeout 90m ./audit ./cli

soak-sinks: build ## the sinks' long forms: a million events behind a dead receiver, 200 kills, latency with and without
	@AMBIT_SINKS_LONG=1 nice .ci/sinks -v -timeout 180m

differential: need-go ## 200,000 random lines against real bash, dash and zsh
	@SHELL_DIFFERENTIAL=200000 go test -v -count=1 -timeout 12h -run Differential ./policy/shell

screenshots: build need-node ## take the pictures in docs/images anew
	@.ci/with-chromium .ci/screenshots

clean: ## remove what was built here
	rm -rf bin ui/node_modules e2e/console/node_modules e2e/idp/oidc-provider/node_modules e2e/idp/samlp/node_modules .tools e2e/out bench/out

need-go:
	@.ci/need go cc

need-node:
	@.ci/need node
