package decision

import (
	"sync"

	"ambit/audit"
)

// maxCalls bounds how many tool calls are remembered between their decision and their result.
const maxCalls = 50_000

// calls joins a tool's result to the decision that let it run, by session and tool-use id. It forgets the oldest half at a
// time: a result without its decision is still joined to it by the tool-use id that both events carry.
type calls struct {
	mu       sync.Mutex
	max      int
	now, old map[call]string
}

type call struct{ session, toolUse string }

func newCalls(limit int) *calls {
	return &calls{max: limit, now: map[call]string{}, old: map[call]string{}}
}

func (c *calls) put(key call, decision string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.now) >= c.max/2 {
		c.now, c.old = map[call]string{}, c.now
	}
	c.now[key] = decision
}

func (c *calls) get(key call) string {
	c.mu.Lock()
	defer c.mu.Unlock()
	if id, ok := c.now[key]; ok {
		return id
	}
	return c.old[key]
}

// remember keeps the id of a recorded decision for the result that will follow. The first decision on a call is the one that
// its result is joined to; a call that two decisions were needed for has both under its tool-use id.
func (s *Service) remember(e *audit.Event) {
	if e == nil || e.Correlation == nil || e.Correlation.ToolUseID == "" {
		return
	}
	key := call{e.Session, e.Correlation.ToolUseID}
	if s.calls.get(key) == "" {
		s.calls.put(key, e.Decision.ID)
	}
}

func (s *Service) decisionOf(session, toolUse string) string {
	return s.calls.get(call{session, toolUse})
}
