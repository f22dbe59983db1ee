package server

import "testing"

// TestPagesLetTheirFormsSayWhereTheyComeFrom ensures that a browser sends its origin with a form of our own pages: without it the
// guard against forgery would refuse the form.
func TestPagesLetTheirFormsSayWhereTheyComeFrom(t *testing.T) {
	s := newTestServer(t, nil)
	if got := s.call(t, "GET", "/device").header.Get("Referrer-Policy"); got != "same-origin" {
		t.Errorf("a page: %q", got)
	}
	if got := s.call(t, "GET", "/api/v1/session").header.Get("Referrer-Policy"); got != "no-referrer" {
		t.Errorf("the API: %q", got)
	}
}
