package console_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"ambit/server/caller"
)

type shownSink struct {
	ID      string
	Spec    object
	Secrets []string
	Status  struct {
		State     string
		LagEvents int64 `json:"lag_events"`
		SetAside  int64 `json:"set_aside"`
	}
}

// TestASinksLife walks through what the console does with one: add, test, pause, change, rotate, retry, delete.
func TestASinksLife(t *testing.T) {
	s := start(t)
	o := s.setUp()
	refuse := false
	far := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		if refuse && !strings.Contains(string(body), "sink.test") {
			w.WriteHeader(http.StatusBadRequest)
		}
		_, _ = io.WriteString(w, "thank you")
	}))
	defer far.Close()
	spec := object{"name": "hook", "kind": "webhook", "webhook": object{"url": far.URL, "header": "X-Token"}, "batch": object{"age_ms": 10}}
	o.refused("POST", "/api/v1/sinks", object{"spec": object{"name": "x", "kind": "webhook", "webhook": object{"url": "http://169.254.169.254/"}}}, 400, "invalid")
	var made struct {
		Sink   shownSink
		Secret string
	}
	o.call("POST", "/api/v1/sinks", object{"spec": spec, "secrets": object{"header": "s3cret"}, "paused": true}, 201, &made)
	if made.Sink.Status.State != "paused" || !strings.HasPrefix(made.Secret, "whsec_") {
		t.Fatalf("%+v", made)
	}
	o.refused("POST", "/api/v1/sinks", object{"spec": spec, "secrets": object{"header": "s3cret"}}, 409, "exists")
	at := "/api/v1/sinks/" + made.Sink.ID
	var tried struct {
		OK     bool
		Answer string
	}
	o.call("POST", at+"/test", nil, 200, &tried)
	if !tried.OK || tried.Answer != "200 OK thank you" {
		t.Errorf("%+v", tried)
	}
	refuse = true
	var shown shownSink
	o.call("POST", at+"/resume", nil, 200, &shown)
	for end := time.Now().Add(10 * time.Second); shown.Status.SetAside == 0; {
		if time.Now().After(end) {
			t.Fatalf("nothing was set aside: %+v", shown)
		}
		s.pass(time.Second)
		time.Sleep(5 * time.Millisecond) // the sink works by itself
		o.call("GET", at, nil, 200, &shown)
	}
	refuse = false
	var aside struct {
		SetAside []struct {
			Message, Answer string
			Ref             int64
		} `json:"set_aside"`
		Next string
	}
	o.call("GET", at+"/set-aside", nil, 200, &aside)
	if len(aside.SetAside) == 0 || aside.SetAside[0].Answer != "400 Bad Request thank you" {
		t.Errorf("%+v", aside)
	}
	o.refused("GET", at+"/set-aside?after=x", nil, 400, "invalid")
	o.refused("GET", at+"/set-aside?limit=201", nil, 400, "invalid")
	ref := object{"message": aside.SetAside[0].Message, "ref": aside.SetAside[0].Ref}
	one := object{"messages": []object{ref, ref}} // said twice
	var dismissed struct{ Dismissed int }
	o.call("POST", at+"/set-aside/dismiss", one, 200, &dismissed)
	if dismissed.Dismissed != 1 || o.events("type=sink.set_aside_dismissed") != 1 {
		t.Errorf("%+v", dismissed)
	}
	o.refused("POST", at+"/set-aside/dismiss", one, 404, "not_found")
	o.refused("POST", at+"/set-aside/dismiss", object{"messages": []object{}}, 400, "invalid")
	o.refused("POST", at+"/set-aside/retry", object{"messages": []object{{"message": "x", "ref": 1}}}, 400, "invalid")
	o.refused("POST", at+"/set-aside/retry", object{"messages": []object{}}, 400, "invalid") // none is not all
	o.call("POST", at+"/set-aside/retry", object{"after": aside.Next}, 200, nil)
	o.call("POST", at+"/set-aside/retry", nil, 200, nil)
	o.call("POST", at+"/pause", nil, 200, nil)
	spec["name"] = "renamed"
	o.call("PUT", at, object{"spec": spec}, 200, &shown)
	o.call("POST", at+"/secrets", object{"name": "signing"}, 200, &made)
	if shown.Spec["name"] != "renamed" || !strings.HasPrefix(made.Secret, "whsec_") {
		t.Errorf("%+v", shown)
	}
	var all struct{ Sinks []shownSink }
	o.call("GET", "/api/v1/sinks", nil, 200, &all)
	if len(all.Sinks) != 1 || len(all.Sinks[0].Secrets) != 2 {
		t.Errorf("%+v", all)
	}
	o.call("DELETE", at, nil, 204, nil)
	o.refused("GET", at, nil, 404, "not_found")
	s.script(caller.ScopeAuditRead).refused("GET", "/api/v1/sinks", nil, 403, "forbidden")
}
