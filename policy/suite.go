package policy

import (
	"fmt"
	"path/filepath"
	"reflect"
	"time"
)

// CaseResult is how one case of a suite went. Its JSON form is what `ambit policy test --json` prints.
type CaseResult struct {
	Name   string `json:"name"`
	Expect Effect `json:"expect"`
	Effect Effect `json:"effect"`
	Reason string `json:"reason"`

	Decision Decision `json:"-"`
}

// Passed reports whether the case went as expected.
func (r *CaseResult) Passed() bool { return r.Effect == r.Expect }

// SuiteOptions are what a suite needs from outside.
type SuiteOptions struct {
	Open func(name string) ([]byte, error) // reads the policy that a suite names, relative to the suite
	Now  time.Time                         // when actions happen, unless a case says so
}

// suite is a test suite as written.
type suite struct {
	Policy   *node       `json:"policy"`
	Defaults suiteCase   `json:"defaults"`
	Cases    []*suiteRaw `json:"cases"`
}

// suiteRaw is a case before the defaults are known.
type suiteRaw struct {
	node *node
	path string
}

func (s *suiteRaw) decodeNode(_ *decoder, n *node, path string) { s.node, s.path = n, path }

// decodeNode keeps the policy as it stands: it is a file's name or a whole document.
func (n *node) decodeNode(_ *decoder, from *node, _ string) { *n = *from }

// RunSuite runs a test suite against the policy that it names or holds. With an error among the problems nothing was run.
// A suite's problems name the suite file, a policy's the policy file.
func RunSuite(file string, src []byte, opt SuiteOptions) ([]CaseResult, Problems) {
	r := &report{file: file}
	root := readNode(r, src, MaxSuite)
	if root == nil {
		return nil, r.problems
	}
	d := &decoder{report: r, place: map[string]position{}}
	var s suite
	d.decode(root, reflect.ValueOf(&s).Elem(), "")
	p, problems := s.policy(d, opt)
	cases := s.decodeCases(d)
	if problems = append(problems, r.problems...); problems.Errors() || p == nil {
		return nil, sorted(problems)
	}
	out := make([]CaseResult, 0, len(cases))
	for _, c := range cases {
		decision := p.Decide(c.request(p, opt.Now))
		out = append(out, CaseResult{Name: c.Name, Expect: c.Expect, Effect: decision.Effect, Reason: decision.Reason, Decision: decision})
	}
	return out, nil
}

func (s *suite) policy(d *decoder, opt SuiteOptions) (*Policy, Problems) {
	switch n := s.Policy; {
	case n == nil:
		d.add(position{1, 1}, "policy", "the suite names no policy", "policy: a file's name, or a policy document")
	case n.kind == mappingNode:
		r := &report{file: d.file}
		doc := decodeDocument(r, n)
		if r.problems.Errors() {
			return nil, r.problems
		}
		p, problems := Compile(doc)
		return p, onlyErrors(problems)
	case n.kind == stringNode && n.text != "":
		name := filepath.Join(filepath.Dir(d.file), filepath.FromSlash(n.text))
		if filepath.IsAbs(n.text) {
			name = n.text
		}
		src, err := opt.Open(name)
		if err != nil {
			d.add(position{n.line, n.col}, "policy", fmt.Sprintf("the policy can't be read: %v", err), "a file's name relative to the suite")
			return nil, nil
		}
		p, problems := Load(name, src)
		return p, onlyErrors(problems)
	default:
		d.mismatch(n, "policy", "a file's name, or a policy document")
	}
	return nil, nil
}

// onlyErrors drops warnings: they are for `ambit policy check`.
func onlyErrors(ps Problems) Problems {
	var out Problems
	for _, p := range ps {
		if p.Severity == SeverityError {
			out = append(out, p)
		}
	}
	return out
}

// decodeCases reads the cases on top of the defaults.
func (s *suite) decodeCases(d *decoder) []suiteCase {
	if len(s.Cases) == 0 {
		d.add(position{1, 1}, "cases", "the suite has no cases", "a list of cases")
	}
	out := make([]suiteCase, 0, len(s.Cases))
	for _, raw := range s.Cases {
		c := s.Defaults
		d.decode(raw.node, reflect.ValueOf(&c).Elem(), raw.path)
		at := position{raw.node.line, raw.node.col}
		switch {
		case c.Name == "":
			d.add(at, raw.path, "this case has no name", "a name")
		case c.Expect != Allow && c.Expect != Deny && c.Expect != Hold:
			d.add(at, raw.path, fmt.Sprintf("case %q expects %q", c.Name, c.Expect), "allow, deny or hold")
		case c.Action == "":
			d.add(at, raw.path, fmt.Sprintf("case %q has no action", c.Name), suggestion("", Actions()))
		}
		out = append(out, c)
	}
	return out
}
