package server

import (
	"sync"
	"time"
)

// logsPerSecond bounds the lines about failed requests. A full disk fails every decision, and a log that grows with each of
// them would keep it full.
const logsPerSecond = 20

// logLimit lets a number of lines through in each second, and says how many it held back in the seconds before.
type logLimit struct {
	mu     sync.Mutex
	second int64
	lines  int
	held   int
}

func (l *logLimit) admit(now time.Time) (ok bool, held int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if second := now.Unix(); second != l.second {
		l.second, l.lines = second, 0
		held, l.held = l.held, 0
	}
	if l.lines == logsPerSecond {
		l.held++
		return false, 0
	}
	l.lines++
	return true, held
}
