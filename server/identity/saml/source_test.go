package saml

import (
	"crypto/rand"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"ambit/server/identity/idp"
)

// site serves metadata that a test can change.
type site struct {
	*httptest.Server
	body   atomic.Value // string; "" is an outage
	visits atomic.Int32
}

func newSite(t *testing.T, body string) *site {
	t.Helper()
	s := &site{}
	s.body.Store(body)
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		s.visits.Add(1)
		text := s.body.Load().(string)
		if text == "" {
			http.Error(w, "down", http.StatusBadGateway)
			return
		}
		_, _ = io.WriteString(w, text)
	}))
	t.Cleanup(s.Close)
	return s
}

func (s *site) provider(t *testing.T, f *forge) *Provider {
	t.Helper()
	f.cfg.MetadataURL = s.URL + "/metadata"
	p, err := New(f.cfg, f.sp, testURLs, s.Client(), func() time.Time { return f.now }, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// begin starts a sign-in, which needs metadata.
func begin(t *testing.T, p *Provider) error {
	t.Helper()
	_, _, err := p.Begin(t.Context(), "", false)
	return err
}

// TestMetadataIsFetchedLazily ensures that metadata is fetched at first use, kept, and fetched again when it is due.
func TestMetadataIsFetchedLazily(t *testing.T) {
	f := newForge()
	f.cfg.Metadata = ""
	good := idpMetadata(f.idp)
	s := newSite(t, strings.Replace(good, "entityID=", `cacheDuration="PT1H" entityID=`, 1))
	p := s.provider(t, f)
	if n := s.visits.Load(); n != 0 || p.LastGood() != "" {
		t.Fatalf("New asked %d times", n)
	}
	steps := []struct {
		after  time.Duration
		visits int32
	}{{0, 1}, {59 * time.Minute, 1}, {2 * time.Minute, 2}, {time.Minute, 2}}
	for i, step := range steps {
		f.now = f.now.Add(step.after)
		if err := begin(t, p); err != nil || s.visits.Load() != step.visits {
			t.Errorf("step %d: %v, %d visits, want %d", i, err, s.visits.Load(), step.visits)
		}
	}
	if !strings.Contains(p.LastGood(), testIDP) {
		t.Error("no copy to keep")
	}
}

// TestMetadataOutage ensures that an unreachable provider is told as such, asked once a minute at most, and that the last
// good copy holds until its own end.
func TestMetadataOutage(t *testing.T) {
	f := newForge()
	f.cfg.Metadata = ""
	s := newSite(t, "")
	p := s.provider(t, f)
	for range 5 {
		if err := begin(t, p); reasonOf(err) != idp.ReasonUnreachable {
			t.Fatalf("got %v", err)
		}
	}
	if n := s.visits.Load(); n != 1 {
		t.Errorf("asked %d times within a minute", n)
	}
	until := f.now.Add(48 * time.Hour)
	s.body.Store(strings.Replace(idpMetadata(f.idp), "entityID=", `validUntil="`+at(until)+`" entityID=`, 1))
	f.now = f.now.Add(2 * time.Minute)
	if err := begin(t, p); err != nil {
		t.Fatal(err)
	}
	for _, broken := range []string{"", "<html>Sign in to the Wi-Fi</html>", idpMetadata(), "<a", strings.Repeat("x", maxMetadata+10)} {
		s.body.Store(broken)
		f.now = f.now.Add(7 * time.Hour)
		if err := begin(t, p); err != nil {
			t.Errorf("the last good copy is lost to %.20q: %v", broken, err)
		}
	}
	f.now = until
	if err := begin(t, p); reasonOf(err) != reasonMetadata {
		t.Errorf("after its end: %v", err)
	}
	s.body.Store(idpMetadata(f.idp))
	f.now = f.now.Add(2 * time.Minute)
	if err := begin(t, p); err != nil {
		t.Errorf("renewed: %v", err)
	}
}

// TestPastedCopyBridgesOutage ensures that a copy given with the address is used until the address answers.
func TestPastedCopyBridgesOutage(t *testing.T) {
	f := newForge()
	s := newSite(t, "")
	p := s.provider(t, f)
	if _, _, err := p.Finish(t.Context(), f.flow, f.values(), f.seen); err != nil {
		t.Errorf("with the copy: %v", err)
	}
}

// TestMetadataWrong ensures that metadata which can't be used is told apart from an outage.
func TestMetadataWrong(t *testing.T) {
	cases := map[string]struct{ body, reason string }{
		"HTML":      {"<html></html>", idp.ReasonConfiguration},
		"too large": {strings.Repeat(" ", maxMetadata+1), idp.ReasonConfiguration},
		"expired":   {strings.Replace(idpMetadata(theCast().idp), "entityID=", `validUntil="2020-01-01T00:00:00Z" entityID=`, 1), reasonMetadata},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			f := newForge()
			f.cfg.Metadata = ""
			if err := begin(t, newSite(t, c.body).provider(t, f)); reasonOf(err) != c.reason {
				t.Errorf("got %v", err)
			}
		})
	}
}

// TestProviderChangesItsKey ensures that a response by a key that the metadata has meanwhile is accepted at once, and that
// responses by a stranger's key don't make us fetch more than once a minute.
func TestProviderChangesItsKey(t *testing.T) {
	f := newForge()
	f.cfg.Metadata = ""
	s := newSite(t, idpMetadata(f.idp))
	p := s.provider(t, f)
	if err := begin(t, p); err != nil {
		t.Fatal(err)
	}
	f.onAssertion.by = &f.idpNext
	s.body.Store(idpMetadata(f.idpNext))
	form := f.values()
	if _, _, err := p.Finish(t.Context(), f.flow, form, f.seen); reasonOf(err) != reasonSignature {
		t.Errorf("fetched again within a minute: %v", err)
	}
	f.now = f.now.Add(2 * time.Minute)
	if _, _, err := p.Finish(t.Context(), f.flow, form, f.seen); err != nil {
		t.Errorf("the new key: %v", err)
	}
	f.onAssertion.by = &f.attacker
	before := s.visits.Load()
	for range 5 {
		if _, _, err := p.Finish(t.Context(), f.flow, f.values(), f.seen); reasonOf(err) != reasonSignature {
			t.Errorf("a stranger's key: %v", err)
		}
	}
	if n := s.visits.Load() - before; n != 0 {
		t.Errorf("a stranger's responses made us fetch %d times within a minute", n)
	}
}
