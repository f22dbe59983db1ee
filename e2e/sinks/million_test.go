//go:build e2e

package sinks

import (
	"io"
	"net"
	"net/http"
	"slices"
	"testing"
	"time"
)

// TestBacklog lets a backlog grow while every receiver is down, and counts when they are back: two thousand events, in the long
// form a million. The server's memory doesn't grow with the backlog.
func TestBacklog(t *testing.T) {
	events, connections := 2000, 16
	if long {
		events, connections = 1_000_000, 64
	}
	f := newFleet(t)
	f.decide(500, connections)
	f.drained(time.Minute)
	idle := residentKiB(t, f.server)
	f.all(outage)
	start := time.Now()
	answered := f.decide(events, connections)
	t.Logf("%d decisions in %s while the receivers were down", answered, time.Since(start).Round(time.Second))
	if answered != int64(events) {
		t.Fatalf("%d of %d decisions were answered", answered, events)
	}
	waiting := residentKiB(t, f.server)
	f.all(none)
	start, peak := time.Now(), 0
	eventually(t, 3*time.Hour, "the backlog is gone", func() bool {
		peak = max(peak, residentKiB(t, f.server))
		return !slices.ContainsFunc(f.sinks(), func(s sinkState) bool { return s.Status.LagEvents > 0 })
	})
	t.Logf("delivered in %s; memory %d MiB idle, %d MiB with the backlog, %d MiB at most while delivering",
		time.Since(start).Round(time.Second), idle>>10, waiting>>10, peak>>10)
	if peak > idle+200<<10 {
		t.Errorf("memory grew from %d to %d KiB", idle, peak)
	}
	f.counted(nil)
}

// TestLatency compares decisions with a sink at work and without, in turn on one server. The receiver takes everything at once
// and keeps nothing, so that it is the sink's own cost that is seen.
func TestLatency(t *testing.T) {
	rounds, lasts := 1, time.Second // enough to see that it works; latencies mean something in the long form
	if long {
		rounds, lasts = 9, 6*time.Second
	}
	s := install(t)
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	srv := &http.Server{Handler: http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { _, _ = io.Copy(io.Discard, r.Body) })}
	go func() { _ = srv.Serve(ln) }()
	t.Cleanup(func() { _ = srv.Close() })
	id := s.addSink("sink", "webhook", object{"url": "http://" + ln.Addr().String()}, object{"gzip": true}, nil)
	for _, load := range []struct {
		name        string
		connections int
		pause       time.Duration // of each connection between two decisions
	}{
		{"one connection", 1, 0},
		{"a steady 500 a second", 16, 32 * time.Millisecond},
		{"64 connections, closed loop", 64, 0},
	} {
		t.Run(load.name, func(t *testing.T) {
			var with, without []time.Duration
			for range rounds {
				s.api("POST", "/sinks/"+id+"/pause", nil, nil)
				without = append(without, s.p99(load.connections, load.pause, lasts))
				s.api("POST", "/sinks/"+id+"/resume", nil, nil)
				with = append(with, s.p99(load.connections, load.pause, lasts))
				s.drained(5 * time.Minute)
			}
			slices.Sort(with)
			slices.Sort(without)
			a, b := without[len(without)/2], with[len(with)/2]
			t.Logf("p99 %s without, %s with a sink: %+.0f %%", a.Round(10*time.Microsecond), b.Round(10*time.Microsecond), 100*(float64(b)/float64(a)-1))
		})
	}
}

// p99 of decisions over some seconds.
func (s *installation) p99(connections int, pause, lasts time.Duration) time.Duration {
	s.t.Helper()
	all := make([][]time.Duration, connections)
	done := make(chan struct{})
	end := time.Now().Add(lasts)
	for i := range connections {
		go func() {
			defer func() { done <- struct{}{} }()
			for time.Now().Before(end) {
				start := time.Now()
				if s.ask(s.t.Context(), "echo hello") == nil {
					all[i] = append(all[i], time.Since(start))
				}
				time.Sleep(pause) // the load's own rate
			}
		}()
	}
	for range connections {
		<-done
	}
	flat := slices.Concat(all...)
	if len(flat) == 0 {
		s.t.Fatal("no decision was answered")
	}
	slices.Sort(flat)
	return flat[len(flat)*99/100]
}
