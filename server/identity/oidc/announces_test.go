package oidc

import (
	"net/http"
	"testing"
	"time"
)

func TestAnnouncesLogout(t *testing.T) {
	now := time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)
	p := New(Config{Issuer: "https://idp.test"}, "", http.DefaultClient, func() time.Time { return now }, nil)
	if p.AnnouncesLogout() {
		t.Error("a provider that was never asked announces it")
	}
	p.metadata.put(&metadata{BackchannelLogout: true})
	if !p.AnnouncesLogout() {
		t.Error("what it announced is forgotten")
	}
	now = now.Add(metadataKept)
	if p.AnnouncesLogout() {
		t.Error("what it announced long ago still counts")
	}
	p.metadata.put(&metadata{})
	if p.AnnouncesLogout() {
		t.Error("it announces nothing")
	}
}
