package main

import (
	"fmt"
	"io"
	"os"
	"strings"
	"time"
)

// report prints figures as they come; err keeps the first write that failed.
type report struct {
	w   io.Writer
	err error
}

func newReport(w io.Writer) *report {
	r := &report{w: w}
	load, _ := os.ReadFile("/proc/loadavg")
	r.printf("load average at the start: %s\n\n", strings.TrimSpace(string(load)))
	return r
}

func (r *report) printf(format string, args ...any) {
	if _, err := fmt.Fprintf(r.w, format, args...); err != nil && r.err == nil {
		r.err = err
	}
}

func (r *report) fsync(f fsyncResult) {
	r.printf("raw fsync of 4 KiB: p50 %v, p99 %v\n\n", round(f.p50), round(f.p99))
	r.printf("%-4s %14s %14s %8s %10s %10s %12s\n", "c", "plain Fiber/s", "decisions/s", "ratio", "p50", "p99", "p99/fsync p99")
}

func (r *report) throughput(c int, plain, durable loadResult, f fsyncResult) {
	r.printf("%-4d %14.0f %14.0f %8.2f %10v %10v %12.2f\n", c, plain.perSecond, durable.perSecond, durable.perSecond/plain.perSecond,
		round(durable.p50), round(durable.p99), float64(durable.p99)/float64(f.p99))
}

func (r *report) memory(kib int) {
	r.printf("\nresident memory of the server after the load: %.0f MiB\n", float64(kib)/1024)
}

func (r *report) hooks(h hookResult) {
	r.printf("\nhook process with a durable answer (median)\n%-14s %10s %8s\n", "", "time", "of curl")
	for _, row := range []struct {
		name string
		d    time.Duration
	}{{"curl", h.curl}, {"client build", h.client}, {"full binary", h.full}} {
		r.printf("%-14s %10v %8.2f\n", row.name, round(row.d), float64(row.d)/float64(h.curl))
	}
}

func round(d time.Duration) time.Duration { return d.Round(10 * time.Microsecond) }
