// Package sinks tests the sinks of the real server against real receivers: an OpenTelemetry Collector built from otelcol, and
// syslog-ng, behind a proxy that makes every kind of trouble. What arrives is counted at the far end by event id. `.ci/sinks`
// runs it; AMBIT_SINKS_LONG=1 makes the long forms of it.
package sinks
