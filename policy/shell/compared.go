package shell

import (
	"path"
	"slices"
	"strings"
)

// compared reads a file, or where it may be a directory the files in it: diff compares those of two directories by name, and
// with one of the options that are for directories shows files that only one has.
func (k *classifier) compared(v Word, st state, how effect, operand bool) {
	k.file(classRead, v, st, how, operand)
	if has(k.options, k.t.treeIf) || v.Kind == Known && (v.Text == "-" || standardStream(path.Clean(v.Text))) {
		return
	}
	text := v.Glob
	if v.Kind == Known {
		text = quoteGlob(v.Text)
	}
	name := path.Base(text)
	if strings.HasSuffix(text, "/") || !ordinaryFile(name) || has(k.options, k.t.directoryIf) {
		w := Word{Span: v.Span, Kind: Glob, Glob: strings.TrimSuffix(text, "/") + "/*", dots: true, tree: true}
		w.Text = globDir(w.Glob)
		k.e.fileEffect(w, st, how)
	}
}

// ordinaryFile reports a name that files have and directories hardly ever do; "conf.d", "v1.2" and "conf.old" are none.
func ordinaryFile(name string) bool {
	for {
		name = strings.TrimRight(name, "~")
		dot := strings.LastIndexByte(name, '.')
		switch ending := strings.ToLower(name[dot+1:]); {
		case slices.Contains(fileNames, name):
			return true
		case dot < 0:
			return false
		case !slices.Contains(copyEndings, ending):
			return slices.Contains(fileEndings, ending)
		}
		name = name[:dot]
	}
}

var fileNames = []string{"Makefile", "Dockerfile", "Jenkinsfile", "Procfile", "Gemfile", "Rakefile", "LICENSE", "README", "CHANGELOG", "CODEOWNERS", "VERSION"}

// copyEndings stand behind the name of a file or a directory that there is twice.
var copyEndings = []string{"old", "new", "orig", "bak", "rej", "tmp", "sample", "example", "template", "dist", "before", "after", "base", "ours", "theirs"}

var fileEndings = strings.Fields(`go mod sum work c h cc cpp cxx hpp hh hxx m mm rs py pyi ipynb rb pl pm php java kt kts scala swift cs fs
	js jsx mjs cjs ts tsx mts cts vue svelte html htm xhtml css scss sass less json jsonc json5 ndjson jsonl yaml yml toml ini cfg conf cnf
	properties env tmpl tpl xml xsl xsd svg sql graphql gql proto thrift avsc md mdx rst adoc txt text log out err csv tsv
	sh bash zsh fish ps1 bat cmd awk sed lua vim el clj ex exs erl hs ml mli r jl dart zig nim tf tfvars hcl nix cue lock patch diff
	golden snap expected actual got want gz bz2 xz zst zip tar tgz jar whl png jpg jpeg gif ico webp pdf woff woff2 ttf wasm so a o exe dll
	class pyc mk cmake gradle bazel bzl in ac am po pot map cov prof`)
