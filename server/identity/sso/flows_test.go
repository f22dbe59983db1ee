package sso

import (
	"fmt"
	"testing"
	"time"
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
