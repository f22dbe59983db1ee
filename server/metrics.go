package server

import (
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	"github.com/valyala/fasthttp/fasthttpadaptor"

	"ambit/policy"
)

// Metrics counts what the server does. The series of the hot path are looked up once, here, and never while deciding.
type Metrics struct {
	registry    *prometheus.Registry
	decisions   map[policy.Effect]prometheus.Counter
	unenforced  prometheus.Counter
	unavailable prometheus.Counter
	latency     prometheus.Histogram
}

// NewMetrics registers the series. They carry no names of people or repositories.
func NewMetrics() *Metrics {
	m := &Metrics{registry: prometheus.NewRegistry(), decisions: map[policy.Effect]prometheus.Counter{}}
	byEffect := prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "ambit_decisions_total", Help: "Decisions that were recorded and answered, by effect.",
	}, []string{"effect"})
	for _, e := range []policy.Effect{policy.Allow, policy.Deny, policy.Hold} {
		m.decisions[e] = byEffect.WithLabelValues(string(e))
	}
	m.unenforced = prometheus.NewCounter(prometheus.CounterOpts{
		Name: "ambit_decisions_unenforced_total", Help: "Decisions in monitor mode that would have refused.",
	})
	m.unavailable = prometheus.NewCounter(prometheus.CounterOpts{
		Name: "ambit_decisions_unrecordable_total", Help: "Decisions refused because the ledger could not be written.",
	})
	m.latency = prometheus.NewHistogram(prometheus.HistogramOpts{
		Name: "ambit_decision_seconds", Help: "From the parsed request to the durable ledger entry.",
		Buckets: []float64{.0001, .00025, .0005, .001, .0025, .005, .01, .025, .05, .1, .25, 1},
	})
	m.registry.MustRegister(byEffect, m.unenforced, m.unavailable, m.latency,
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

// Gauge adds a value that is read when the metrics are.
func (m *Metrics) Gauge(name, help string, read func() float64) {
	m.registry.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: name, Help: help}, read))
}

// labelled reads one value for each set of labels when the metrics are read; labels may come and go.
type labelled struct {
	desc *prometheus.Desc
	kind prometheus.ValueType
	read func(emit func(value float64, labels ...string))
}

// Describe implements prometheus.Collector.
func (l *labelled) Describe(to chan<- *prometheus.Desc) { to <- l.desc }

// Collect implements prometheus.Collector.
func (l *labelled) Collect(to chan<- prometheus.Metric) {
	l.read(func(value float64, labels ...string) {
		to <- prometheus.MustNewConstMetric(l.desc, l.kind, value, labels...)
	})
}

// Gauges adds values of which there is one for each label, such as the name of a sink.
func (m *Metrics) Gauges(name, help, label string, read func() map[string]float64) {
	m.registry.MustRegister(&labelled{prometheus.NewDesc(name, help, []string{label}, nil), prometheus.GaugeValue, func(emit func(float64, ...string)) {
		for of, value := range read() {
			emit(value, of)
		}
	}})
}

// Counters adds counts of which there is one for each set of labels. read emits all of them, with a value for each label.
func (m *Metrics) Counters(name, help string, read func(emit func(value float64, labels ...string)), labels ...string) {
	m.registry.MustRegister(&labelled{prometheus.NewDesc(name, help, labels, nil), prometheus.CounterValue, read})
}

// Decided counts one recorded decision and the time that it took.
func (m *Metrics) Decided(effect policy.Effect, enforced bool, took time.Duration) {
	if c := m.decisions[effect]; c != nil {
		c.Inc()
	}
	if !enforced && effect != policy.Allow {
		m.unenforced.Inc()
	}
	m.latency.Observe(took.Seconds())
}

// Unrecordable counts one decision that was refused because it could not be recorded.
func (m *Metrics) Unrecordable() { m.unavailable.Inc() }

func (s *Server) metrics() fiber.Handler {
	h := fasthttpadaptor.NewFastHTTPHandler(promhttp.HandlerFor(s.Metrics.registry, promhttp.HandlerOpts{}))
	return func(c *fiber.Ctx) error {
		h(c.Context())
		return nil
	}
}
