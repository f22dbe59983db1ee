package server

import (
	"testing"
	"time"
)

func TestLogLimitHoldsBackAndSaysSo(t *testing.T) {
	var l logLimit
	now := time.Unix(100, 0)
	passed := 0
	for range 1000 {
		if ok, _ := l.admit(now); ok {
			passed++
		}
	}
	if passed != logsPerSecond {
		t.Errorf("%d lines in one second", passed)
	}
	ok, held := l.admit(now.Add(time.Second))
	if !ok || held != 1000-logsPerSecond {
		t.Errorf("in the next second: %v, held %d", ok, held)
	}
	if _, held := l.admit(now.Add(2 * time.Second)); held != 0 {
		t.Errorf("said twice: %d", held)
	}
}
