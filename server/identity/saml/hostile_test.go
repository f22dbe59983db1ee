package saml

import (
	"errors"
	"regexp"
	"strings"
	"testing"
	"time"

	"ambit/server/identity/idp"
)

// attack is a response that must be refused for that reason. make changes a good one.
type attack struct {
	name, reason string
	make         func(f *forge)
}

// TestHostileResponses ensures that no attack signs in, none panics, each is refused for the reason that it should be, in a
// sentence that gives nothing away, and that none uses up an assertion.
func TestHostileResponses(t *testing.T) {
	groups := map[string][]attack{
		"wrapping": wrappingAttacks(), "assertions": assertionAttacks(), "signature": signatureAttacks(), "algorithm": algorithmAttacks(),
		"reference": referenceAttacks(), "addressee": addresseeAttacks(), "time": timeAttacks(), "status": statusAttacks(),
		"subject": subjectAttacks(), "attribute": attributeAttacks(), "xml": xmlAttacks(), "names": nameAttacks(), "bounds": boundAttacks(),
		"form": formAttacks(), "encryption": encryptionAttacks(), "circumstances": circumstanceAttacks(),
	}
	names, total := map[string]bool{}, 0
	for group, attacks := range groups {
		for _, a := range attacks {
			total++
			if names[a.name] {
				t.Errorf("two attacks are called %q", a.name)
			}
			names[a.name] = true
			t.Run(group+"/"+a.name, func(t *testing.T) {
				f := newForge()
				a.make(f)
				p := f.provider(t)
				claims, _, err := p.Finish(t.Context(), f.flow, f.values(), f.seen)
				if err == nil {
					t.Fatalf("accepted: %+v", claims)
				}
				if got := reasonOf(err); got != a.reason {
					t.Errorf("refused for %q, want %q: %v (%v)", got, a.reason, err, errors.Unwrap(err))
				}
				checkRefusal(t, f, err)
			})
		}
	}
	if total < 150 {
		t.Errorf("only %d attacks", total)
	}
	t.Logf("%d hostile responses", total)
}

var secrets = regexp.MustCompile(`(?i)\b(ada|mallory|staff|eng-senior|_assertion1|_session1|_request1)\b`)

// checkRefusal ensures that the sentence tells what to do, quotes nothing of the response, and cost no assertion.
func checkRefusal(t *testing.T, f *forge, err error) {
	t.Helper()
	var r *idp.Refusal
	if !errors.As(err, &r) {
		t.Fatalf("no refusal but %T: %v", err, err)
	}
	if r.Message == "" || r.Remedy == "" || !strings.HasSuffix(r.Message, ".") {
		t.Errorf("not a sentence with a remedy: %q, %q", r.Message, r.Remedy)
	}
	if secrets.MatchString(r.Message + " " + r.Remedy) {
		t.Errorf("the refusal quotes the response: %q, %q", r.Message, r.Remedy)
	}
	if m, ok := f.seen.(*memory); ok && r.Reason != reasonReplay && len(m.ids) > 0 {
		t.Error("the refused response used up an assertion")
	}
}

// evil is the assertion that an attacker would like to be read.
func (f *forge) evil() string {
	g := newForge()
	g.assertionID, g.signAssertion = "_evil", false
	g.subject = strings.Replace(g.subject, ">ada<", ">mallory<", 1)
	return g.assertionXML()
}

func replacing(from, to string) func(string) string {
	return func(s string) string {
		if !strings.Contains(s, from) {
			panic("the forged response has no " + from)
		}
		return strings.Replace(s, from, to, 1)
	}
}

// between cuts the first piece from begin to end out of s.
func between(s, begin, end string) (before, piece, after string) {
	i := strings.Index(s, begin)
	j := i + strings.Index(s[i:], end) + len(end)
	return s[:i], s[i:j], s[j:]
}

func cutSignature(s string) (rest, sig string) {
	before, sig, after := between(s, "<ds:Signature ", "</ds:Signature>")
	return before + after, sig
}

func cutAssertion(s string) (before, assertion, after string) {
	return between(s, "<saml:Assertion ", "</saml:Assertion>")
}

// TestUnsolicited ensures that a sign-in that begins at the identity provider needs the admin's consent, and works with it.
func TestUnsolicited(t *testing.T) {
	f := newForge()
	f.flow, f.answers, f.cfg.AllowIDPInitiated = nil, "", true
	f.subject = f.subjectWith(nameIDXML("ada", formatPersistent), "", testURLs.ACS, at(testNow.Add(time.Minute)))
	form := f.values()
	p := f.provider(t)
	if c, notes, err := p.Finish(t.Context(), nil, form, f.seen); err != nil || c.Subject != "ada" || len(notes) == 0 {
		t.Fatalf("allowed: %v, %v, %v", c, notes, err)
	}
	if _, _, err := p.Finish(t.Context(), nil, form, f.seen); reasonOf(err) != reasonReplay {
		t.Errorf("replayed: %v", err)
	}
	f.cfg.AllowIDPInitiated = false
	if _, _, err := f.provider(t).Finish(t.Context(), nil, form, &memory{}); reasonOf(err) != reasonUnsolicited {
		t.Errorf("not allowed: %v", err)
	}
}

// TestReplay ensures that an assertion counts once, in whatever response it comes, and that it is remembered for as long as it
// would be accepted.
func TestReplay(t *testing.T) {
	f := newForge()
	seen := &memory{}
	p := f.provider(t)
	form := f.values()
	if _, _, err := p.Finish(t.Context(), f.flow, form, seen); err != nil {
		t.Fatal(err)
	}
	if _, _, err := p.Finish(t.Context(), f.flow, form, seen); reasonOf(err) != reasonReplay {
		t.Errorf("again: %v", err)
	}
	f.responseID = "_another"
	if _, _, err := p.Finish(t.Context(), f.flow, f.values(), seen); reasonOf(err) != reasonReplay {
		t.Errorf("in another response: %v", err)
	}
	until := seen.ids["_assertion1"]
	f.now = until.Add(-time.Second)
	if _, _, err := p.Finish(t.Context(), f.flow, form, &memory{}); err != nil {
		t.Errorf("a second before it may be forgotten it is refused already: %v", err)
	}
	f.now = until.Add(time.Second)
	if _, _, err := p.Finish(t.Context(), f.flow, form, &memory{}); reasonOf(err) != reasonExpired {
		t.Errorf("a second after it may be forgotten: %v", err)
	}
}

// TestReplaysFail ensures that nobody signs in while used assertions can't be remembered.
func TestReplaysFail(t *testing.T) {
	f := newForge()
	broken := errors.New("disk full")
	if _, _, err := f.provider(t).Finish(t.Context(), f.flow, f.values(), &memory{fails: broken}); !errors.Is(err, broken) {
		t.Errorf("got %v", err)
	}
}
