package server

import (
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus/promhttp"
)

func TestLabelledMetrics(t *testing.T) {
	m := NewMetrics()
	m.Gauges("lag", "Lag.", "sink", func() map[string]float64 { return map[string]float64{"a": 7} })
	m.Counters("errors_total", "Errors.", func(emit func(float64, ...string)) { emit(3, "a", "gone") }, "sink", "outcome")
	w := httptest.NewRecorder()
	promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{}).ServeHTTP(w, httptest.NewRequest("GET", "/metrics", nil))
	for _, want := range []string{"# TYPE lag gauge\nlag{sink=\"a\"} 7\n", "# TYPE errors_total counter\nerrors_total{outcome=\"gone\",sink=\"a\"} 3\n"} {
		if !strings.Contains(w.Body.String(), want) {
			t.Errorf("no %q", want)
		}
	}
}
