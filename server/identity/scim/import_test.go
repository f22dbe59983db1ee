package scim_test

import (
	"fmt"
	"os"
	"runtime"
	"sync"
	"testing"
	"time"
)

// TestImport ensures that a first import ends in reasonable time and memory, and that what it made is all there. The whole
// form (5,000 users, 500 groups) runs with AMBIT_LONG=1 and -timeout 30m.
func TestImport(t *testing.T) {
	users, groups := 300, 30
	if os.Getenv("AMBIT_LONG") != "" {
		users, groups = 5000, 500
	}
	c := start(t).connect("okta", nil)
	begun := time.Now()
	ids := make([]string, users)
	var wg sync.WaitGroup
	next := make(chan int)
	for range 4 { // providers send a few at a time
		wg.Go(func() {
			for i := range next {
				name := fmt.Sprintf("user%d@acme.test", i)
				if r := c.do("GET", fmt.Sprintf("/Users?filter=userName%%20eq%%20%%22%s%%22", name), nil); r.body["totalResults"] != 0.0 {
					t.Errorf("%s exists before it was made: %s", name, r.raw)
				}
				ids[i] = c.addUser(name, "externalId", fmt.Sprint("00u", i), "displayName", fmt.Sprint("User ", i), "title", "Engineer",
					"emails", []object{{"value": name, "type": "work", "primary": true}}, "name", object{"givenName": "User", "familyName": fmt.Sprint(i)})
			}
		})
	}
	for i := range users {
		next <- i
	}
	close(next)
	wg.Wait()
	people := time.Since(begun)
	perGroup := users / 10
	for g := range groups {
		group := c.addGroup(fmt.Sprint("group ", g))
		members := []object{}
		for i := range perGroup {
			members = append(members, object{"value": ids[(g*17+i)%users]})
		}
		c.want(204, "PATCH", "/Groups/"+group, patch(object{"op": "Add", "path": "members", "value": members}))
	}
	took := time.Since(begun)
	if r := c.want(200, "GET", "/Users?count=5", nil); r.body["totalResults"] != float64(users) {
		t.Errorf("total %v", r.body["totalResults"])
	}
	if r := c.want(200, "GET", "/Users?filter=title%20eq%20%22engineer%22&count=1", nil); r.body["totalResults"] != float64(users) {
		t.Errorf("an attribute without an index finds %v", r.body["totalResults"])
	}
	if p := c.identity.Person("user17@acme.test"); p == nil || len(p.Groups) == 0 {
		t.Errorf("the directory knows %+v", p)
	}
	var mem runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&mem)
	t.Logf("%d users in %v, %d groups of %d in %v; heap after: %d MB", users, people.Round(time.Millisecond), groups, perGroup, (took - people).Round(time.Millisecond), mem.HeapAlloc>>20)
	limit := 20 * time.Second
	if users == 5000 {
		limit = 20 * time.Minute // it costs two minutes of processor time, client included
	}
	if took > limit {
		t.Errorf("it took %v", took)
	}
	if heap := mem.HeapAlloc >> 20; heap > 256 {
		t.Errorf("%d MB of memory are held", heap)
	}
}
