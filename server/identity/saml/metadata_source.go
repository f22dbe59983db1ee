package saml

import (
	"context"
	"crypto/x509"
	"fmt"
	"io"
	"net/http"
	"slices"
	"sync"
	"time"

	"ambit/server/identity/idp"
)

const (
	defaultCache = 6 * time.Hour
	minCache     = 5 * time.Minute
	maxCache     = 24 * time.Hour
	retryAfter   = time.Minute // between attempts to fetch, so that a flood of sign-ins is no flood of requests
)

// source gives the identity provider's metadata: pasted, or fetched when first needed and again when it is due.
type source struct {
	cfg    settings
	client *http.Client
	now    func() time.Time

	fetching sync.Mutex // held while a request is under way

	mu      sync.Mutex
	current *provider
	due     time.Time // when to fetch again; zero: never fetched
	tried   time.Time // the last attempt, successful or not
	failure *idp.Refusal
}

func newSource(cfg settings, client *http.Client, now func() time.Time) *source {
	return &source{cfg: cfg, client: client, now: now, current: cfg.pasted}
}

func (s *source) lastGood() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.current == nil {
		return ""
	}
	return s.current.raw
}

// get returns metadata that may be relied upon now. The error is an *idp.Refusal.
func (s *source) get(ctx context.Context) (*provider, error) {
	if s.cfg.MetadataURL != "" {
		s.refresh(ctx, false)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.current == nil:
		return nil, s.failure
	case !s.current.validUntil.IsZero() && !s.now().Before(s.current.validUntil):
		return nil, idp.Refuse(reasonMetadata, "The identity provider's metadata was valid until "+day(s.current.validUntil)+" only.",
			"Fetch or paste the current metadata of the identity provider.").About("metadata").Because(asError(s.failure))
	}
	return s.current, nil
}

// renew fetches again out of turn, because a signature was by an unknown key: the provider may have changed it. It reports
// whether other certificates are trusted now.
func (s *source) renew(ctx context.Context) bool {
	if s.cfg.MetadataURL == "" {
		return false
	}
	before := s.trusted()
	s.refresh(ctx, true)
	return !slices.EqualFunc(before, s.trusted(), (*x509.Certificate).Equal)
}

func (s *source) trusted() []*x509.Certificate {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.current == nil {
		return nil
	}
	return s.current.certificates
}

// refresh fetches if it is due (or asked for) and the last attempt is long enough ago. Where a copy is at hand, one sign-in
// does the fetching and the others go on with the copy.
func (s *source) refresh(ctx context.Context, early bool) {
	if !s.wanted(early) {
		return
	}
	if s.lastGood() == "" {
		s.fetching.Lock()
	} else if !s.fetching.TryLock() {
		return
	}
	defer s.fetching.Unlock()
	if !s.wanted(early) {
		return // somebody else did it meanwhile
	}
	got, failure := s.fetch(ctx)
	now := s.now()
	s.mu.Lock()
	defer s.mu.Unlock()
	if failure != nil && ctx.Err() != nil {
		return // whoever asked went away: that says nothing about the provider
	}
	s.tried, s.failure = now, failure
	if failure != nil {
		return // the last good copy stays
	}
	s.current = got
	s.due = now.Add(defaultCache)
	if got.cacheFor > 0 {
		s.due = now.Add(min(max(got.cacheFor, minCache), maxCache))
	}
}

func (s *source) wanted(early bool) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.now()
	if !s.tried.IsZero() && now.Before(s.tried.Add(retryAfter)) {
		return false
	}
	expired := s.current != nil && !s.current.validUntil.IsZero() && !now.Before(s.current.validUntil)
	return early || expired || s.due.IsZero() || !now.Before(s.due)
}

func (s *source) fetch(ctx context.Context) (*provider, *idp.Refusal) {
	unreachable := func(message string, cause error) (*provider, *idp.Refusal) {
		return nil, idp.Refuse(idp.ReasonUnreachable, message,
			"Check the metadata address and that this server may connect to it, or paste the metadata XML.").About("metadata_url").Because(cause)
	}
	ctx, cancel := context.WithTimeout(ctx, 15*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, s.cfg.MetadataURL, nil)
	if err != nil {
		return unreachable("The identity provider's metadata can't be fetched.", err)
	}
	req.Header.Set("Accept", "application/samlmetadata+xml, application/xml;q=0.9, text/xml;q=0.8")
	resp, err := s.client.Do(req)
	if err != nil {
		return unreachable("The identity provider's metadata can't be fetched.", err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return unreachable(fmt.Sprintf("The identity provider's metadata can't be fetched: its server answers with status %d.", resp.StatusCode), nil)
	}
	data, err := io.ReadAll(io.LimitReader(resp.Body, maxMetadata+1))
	if err != nil {
		return unreachable("The identity provider's metadata can't be fetched whole.", err)
	}
	got, refusal := parseProvider(data, s.cfg.EntityID)
	if refusal != nil && refusal.Field == "metadata" {
		refusal.Field = "metadata_url"
	}
	if refusal == nil && !got.validUntil.IsZero() && !s.now().Before(got.validUntil) {
		refusal = idp.Refuse(reasonMetadata, "The identity provider serves metadata that was valid until "+day(got.validUntil)+" only.",
			"Tell whoever runs the identity provider.").About("metadata_url")
	}
	return got, refusal
}

// asError keeps a nil refusal a nil error.
func asError(r *idp.Refusal) error {
	if r == nil {
		return nil
	}
	return r
}

func day(t time.Time) string { return t.UTC().Format("2 January 2006") }
