package decision

import (
	"sync"

	"ambit/audit"
	"ambit/policy"
)

// maxCalls bounds how many tool calls are remembered between their decision and their result.
const maxCalls = 50_000

// calls joins a tool's result to the decision that let it run, by session and tool-use id. It forgets the oldest half at a
// time: a result without its decision is still joined to it by the tool-use id that both events carry.
type calls struct {
	mu       sync.Mutex
	max      int
	now, old map[call]decided
}

type call struct{ session, toolUse string }

// decided is what was decided on a call.
type decided struct {
	id      string // the first decision's
	refused bool   // by any of its decisions, enforced
}

func newCalls(limit int) *calls {
	return &calls{max: limit, now: map[call]decided{}, old: map[call]decided{}}
}

func (c *calls) put(key call, d decided) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.now) >= c.max/2 {
		c.now, c.old = map[call]decided{}, c.now
	}
	c.now[key] = d
}

func (c *calls) get(key call) (d decided, known bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if d, known = c.now[key]; !known {
		d, known = c.old[key]
	}
	return d, known
}

// remember keeps what was recorded as decided for the result that will follow. The first decision on a call is the one that
// its result is joined to; a call that two decisions were needed for has both under its tool-use id.
func (s *Service) remember(e *audit.Event) {
	if e == nil || e.Correlation == nil || e.Correlation.ToolUseID == "" {
		return
	}
	key := call{e.Session, e.Correlation.ToolUseID}
	d, known := s.calls.get(key)
	if !known {
		d.id = e.Decision.ID
	}
	d.refused = d.refused || e.Decision.Effect != policy.Allow && e.Decision.Enforced
	s.calls.put(key, d)
}
