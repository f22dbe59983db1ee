package policy

import (
	"encoding/json"
	"slices"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"ambit/policy/paths"
)

func compileDrawn(t *rapid.T, d *Document) *Policy {
	p, problems := Compile(d)
	if problems.Errors() {
		t.Skip("an impossible document: " + problems.Error())
	}
	return p
}

// TestLayersOnlyNarrow is promise P2: for a fixed set of exceptions, adding a layer never permits something that was
// refused, and never turns a binding refusal into anything else.
func TestLayersOnlyNarrow(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := drawDocument(t)
		wider := compileDrawn(t, d)
		more := *d
		at := rapid.IntRange(1, len(d.Layers)).Draw(t, "where the new layer goes")
		more.Layers = slices.Insert(slices.Clone(d.Layers), at, drawLayer(t, "new", true))
		narrower := compileDrawn(t, &more)
		for range 4 {
			r := drawRequest(t)
			before, after := wider.Decide(r), narrower.Decide(r)
			if !before.Permits() && after.Permits() {
				t.Fatalf("the layer permits what was refused:\nbefore %s %s\nafter  %s %s", before.Effect, before.Reason, after.Effect, after.Reason)
			}
			if before.Effect == Deny && before.Enforced && (after.Effect != Deny || !after.Enforced) {
				t.Fatalf("a binding refusal became %s, enforced %v", after.Effect, after.Enforced)
			}
		}
	})
}

// TestLimitsOnlyNarrow is the same promise for ceilings and caching.
func TestLimitsOnlyNarrow(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := drawDocument(t)
		wider := compileDrawn(t, d)
		more := *d
		more.Layers = append(slices.Clone(d.Layers), drawLayer(t, "new", true))
		narrower := compileDrawn(t, &more)
		r := drawRequest(t)
		before, after := wider.Limits(r.Subject, r.Resource, r.Agent), narrower.Limits(r.Subject, r.Resource, r.Agent)
		for _, m := range after.Models {
			if !slices.Contains(before.Models, m) {
				t.Fatalf("the layer opened model %s", m)
			}
		}
		if before.Caching.Mode == "disabled" && after.Caching.Mode != "disabled" {
			t.Fatal("the layer opened caching")
		}
	})
}

// TestUnknownIsNo is promise P3: taking a fact away from a request never permits something that was refused.
func TestUnknownIsNo(t *testing.T) {
	forget := map[string]func(*Request){
		"repository": func(r *Request) { r.Resource.Repository = "" },
		"groups":     func(r *Request) { r.Subject.GroupsKnown = false },
		"connection": func(r *Request) { r.Subject.Connection = "" },
		"agent":      func(r *Request) { r.Agent = "" },
		"root": func(r *Request) {
			// Without a root the repository is taken for that of the working directory, so this says less only
			// where the working directory lies in the root.
			if paths.Inside(r.Resource.Root, r.Resource.Cwd) {
				r.Resource.Root = ""
			}
		},
		"tmp":    func(r *Request) { r.Resource.Tmp = "" },
		"person": func(r *Request) { r.Subject.ID = "" },
		"time":   func(r *Request) { r.At = Request{}.At },
		"source": func(r *Request) { r.Action.Source = "" },
		"host":   func(r *Request) { r.Action.URL = "" },
	}
	names := make([]string, 0, len(forget))
	for name := range forget {
		names = append(names, name)
	}
	slices.Sort(names)
	rapid.Check(t, func(t *rapid.T) {
		p := compileDrawn(t, drawDocument(t))
		for range 3 {
			r := drawRequest(t)
			before := p.Decide(r)
			what := rapid.SampledFrom(names).Draw(t, "what is forgotten")
			less := *r
			forget[what](&less)
			if after := p.Decide(&less); !before.Permits() && after.Permits() {
				t.Fatalf("not knowing the %s permits what was refused: %s; now %s: %s", what, before.Reason, after.Effect, after.Reason)
			}
		}
	})
}

// TestDecideIsPure: the same request gets the same answer, from many goroutines, and nothing is changed by asking.
func TestDecideIsPure(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := drawDocument(t)
		p, r := compileDrawn(t, d), drawRequest(t)
		document, request := mustJSON(t, d), mustJSON(t, r)
		want := p.Decide(r)
		var wg sync.WaitGroup
		got := make([]Decision, 4)
		for i := range got {
			wg.Go(func() { got[i] = p.Decide(r) })
		}
		wg.Wait()
		for _, g := range got {
			if diff := cmp.Diff(want, g); diff != "" {
				t.Fatalf("the same question got two answers:\n%s", diff)
			}
		}
		if mustJSON(t, d) != document || mustJSON(t, r) != request {
			t.Fatal("Decide changed what it was given")
		}
	})
}

// TestDecisionsAreWhole: every decision gives a reason, and its parts agree with each other.
func TestDecisionsAreWhole(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p, r := compileDrawn(t, drawDocument(t)), drawRequest(t)
		d := p.Decide(r)
		binding := 0
		for _, f := range d.Findings {
			if f.Relaxed == "" {
				binding++
			}
			if f.Message == "" || f.Control == "" {
				t.Fatalf("an empty finding: %+v", f)
			}
		}
		switch {
		case d.Reason == "":
			t.Fatal("no reason")
		case d.Effect == Allow && binding > 0, d.Effect == Deny && binding == 0:
			t.Fatalf("%s with %d findings that count", d.Effect, binding)
		case (d.Effect == Hold) != (d.Approval != nil):
			t.Fatalf("%s with approval %v", d.Effect, d.Approval)
		case d.SkipPrompt && (d.Effect != Allow || !d.Enforced):
			t.Fatal("a prompt is skipped for an action that isn't allowed for certain")
		case len(d.Layers) == 0 || d.Layers[0].Matched != "base":
			t.Fatal("the base layer doesn't apply")
		}
	})
}

func mustJSON(t *rapid.T, v any) string {
	t.Helper()
	text, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
