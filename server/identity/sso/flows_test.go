package sso

import (
	"crypto/sha256"
	"fmt"
	"sync"
	"testing"
	"time"

	"ambit/server/identity/idp"
)

// TestStartingManyKeepsNobodyElseFromFinishing ensures that a site has its share of what is under way, and no more.
func TestStartingManyKeepsNobodyElseFromFinishing(t *testing.T) {
	fs, now := newFlows(), time.Unix(1_800_000_000, 0)
	start := func(id, site string) {
		now = now.Add(time.Millisecond)
		fs.add(&flow{id: id, connection: "okta", site: site, started: now})
	}
	start("office", "192.0.2.1")
	for i := range 2 * maxFlows {
		start(fmt.Sprint("flood ", i), "2001:db8:1::/48")
	}
	if len(fs.byID) != maxAtOne+1 {
		t.Errorf("%d are kept", len(fs.byID))
	}
	start("second", "192.0.2.1")
	for _, id := range []string{"office", "second"} {
		if fs.take(id, "okta", now) == nil {
			t.Errorf("%s was pushed out", id)
		}
	}
	for i := range maxFlows + 100 {
		start(fmt.Sprint("many ", i), fmt.Sprint("site ", i))
	}
	if len(fs.byID) != maxFlows || fs.take(fmt.Sprint("many ", maxFlows+99), "okta", now) == nil {
		t.Errorf("%d are kept", len(fs.byID))
	}
	now = now.Add(flowLife + time.Second)
	if start("later", "192.0.2.1"); len(fs.byID) != 1 {
		t.Errorf("%d are kept after they ran out", len(fs.byID))
	}
}

// TestAnswerIsTakenUpWhole ensures that a browser gets an answer only once it has been judged, and that asking early, or from
// another browser, costs nobody their sign-in.
func TestAnswerIsTakenUpWhole(t *testing.T) {
	fs, now := newFlows(), time.Unix(1_800_000_000, 0)
	fs.add(&flow{id: "f", connection: "entra", browser: sha256.Sum256([]byte("cookie")), started: now})
	f := fs.answering("f", "entra", now)
	if f == nil || fs.answering("f", "entra", now) != nil || fs.answering("f", "okta", now) != nil {
		t.Fatal("a flow must take one answer, of its own connection")
	}
	var waiting sync.WaitGroup
	taken := make(chan *answer, 100)
	for range 4 {
		waiting.Go(func() {
			for range 10_000 {
				if f, a := fs.takeAnswer("f", "entra", "cookie", now); f != nil {
					taken <- a
					return
				}
			}
		})
	}
	if f, _ := fs.takeAnswer("f", "entra", "another", now); f != nil {
		t.Error("another browser took it up")
	}
	fs.answered(f, &answer{claims: &idp.Claims{Subject: "ada"}})
	waiting.Wait()
	if f, a := fs.takeAnswer("f", "entra", "cookie", now); f != nil {
		taken <- a
	}
	close(taken)
	n := 0
	for a := range taken {
		if n++; a == nil || a.claims == nil {
			t.Error("taken up without claims")
		}
	}
	if n != 1 {
		t.Errorf("taken up %d times", n)
	}
}
