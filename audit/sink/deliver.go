package sink

import (
	"context"
	"errors"
	"time"
)

// span is a part of a batch.
type span struct{ low, high int }

const (
	// poisonInARow is how many messages are set aside without one accepted between them, before the trouble is taken to be the
	// receiver's: somebody mistyped its address, most likely, and must not lose the whole ledger to it.
	poisonInARow = 8
	// waitSlice bounds how long a waiting sink goes without a look at its quota.
	waitSlice = time.Second
)

// deliver sends a batch until all of it was accepted or set aside. Where the receiver refuses a part for what it is, halving
// finds it. false: the worker ends, the sink was paused, or a gap moved its cursor, so that what the gap names isn't sent; what was accepted counts.
func (w *worker) deliver(b *batch) bool {
	skips := w.skips
	var parts []span
	if len(b.items) > 0 {
		parts = append(parts, span{0, len(b.items)})
	}
	for len(parts) > 0 {
		if w.ended() || w.stateNow() != Running || w.at().Cursor > b.through || w.skips != skips {
			return false
		}
		p := parts[len(parts)-1]
		parts = parts[:len(parts)-1]
		res, err := w.send(b.items[p.low:p.high])
		w.countFailure(&res, err)
		var again time.Duration
		switch {
		case err != nil:
			again = w.unreachable(err)
		case res.Outcome == Accepted:
			w.accepted(b, p)
			continue
		case res.Outcome == Poison && p.high-p.low > 1:
			parts = append(parts, halves(p, res.Items)...)
			continue
		case res.Outcome == Poison && w.poisonRun < poisonInARow:
			if err := w.setAside(b, p.low, res.Answer); err == nil {
				continue
			}
			again = w.failed(Failing, "the ledger can't be written")
		case res.Outcome == Poison:
			again = w.failed(Misconfigured, "the receiver refuses every message: "+res.Answer)
		case res.Outcome == Gone:
			w.disable(res.Answer)
			return false
		case res.Outcome == Misconfiguration:
			again = w.failed(Misconfigured, res.Answer)
		default:
			again = max(w.failed(Failing, res.Answer), res.After)
		}
		parts = append(parts, p)
		if !w.waitTending(again, b.through) {
			return false
		}
	}
	w.advance(b.through, 0, 0)
	return true
}

// send hands a part to the receiver; what can't be sent at all is refused here.
func (w *worker) send(items []Item) (Result, error) {
	for i := range items {
		if items[i].Bad != "" {
			return Result{Outcome: Poison, Items: []int{i}, Answer: items[i].Bad}, nil
		}
	}
	return w.receive(w.ctx, func(r Receiver) (Result, error) {
		return r.Send(w.ctx, items)
	})
}

// halves divides a part in which something is refused: around what the receiver blames, or in the middle. What is blamed is
// sent once more alone before it is believed. The order stays: the last element is sent first.
func halves(p span, blamed []int) []span {
	if len(blamed) == 0 || blamed[0] < 0 || p.low+blamed[0] >= p.high {
		middle := p.low + (p.high-p.low)/2
		return []span{{middle, p.high}, {p.low, middle}}
	}
	at := p.low + blamed[0]
	var parts []span
	for _, part := range []span{{at + 1, p.high}, {at, at + 1}, {p.low, at}} {
		if part.low < part.high {
			parts = append(parts, part)
		}
	}
	return parts
}

// unreachable notes that there was no answer and says how long to wait.
func (w *worker) unreachable(err error) time.Duration {
	if errors.Is(err, context.Canceled) && w.ctx.Err() != nil {
		return 0
	}
	text := clean(err.Error(), w.secrets)
	if forbidden(err) {
		return w.failed(Misconfigured, text)
	}
	return w.failed(Failing, text)
}

// waitTending waits in slices and looks after quota and lag meanwhile; false when the batch is to be given up.
func (w *worker) waitTending(d time.Duration, through int64) bool {
	for d > 0 {
		slice := min(d, waitSlice)
		if !w.wait(slice) {
			return false
		}
		d -= slice
		w.tend()
		if w.stateNow() != Running || w.at().Cursor > through {
			return false
		}
	}
	return true
}
