package decision

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/gofiber/fiber/v2"

	"ambit/audit"
	"ambit/policy"
	"ambit/server/caller"
	"ambit/server/problem"
)

// maxBatch bounds the evaluations of one request.
const maxBatch = 1000

// maxBatchWork bounds what judging a batch may take, as work counts it. A thousand ordinary commands come to a third.
const maxBatchWork = 1 << 20

// The values of options.evaluations_semantic (AuthZEN Authorization API 1.0, section 7.1.2.1).
const (
	executeAll          = "execute_all"
	denyOnFirstDeny     = "deny_on_first_deny"
	permitOnFirstPermit = "permit_on_first_permit"
)

// batch is a request with many evaluations.
type batch struct {
	defaults evaluation
	semantic string
	items    [][]byte // each one's text, still to be read: a bad item must not spoil the others
}

// outcome is what became of one item: a decision or an error.
type outcome struct {
	answer answer
	event  *audit.Event
	err    error
}

// evaluateMany is POST /access/v1/evaluations (section 7).
func (s *Service) evaluateMany(c *fiber.Ctx) error {
	body, id, err := authzenBody(c)
	if err != nil {
		return err
	}
	b, err := parseBatch(body)
	if err != nil {
		return invalid(err)
	}
	if len(b.items) == 0 {
		return s.answerOne(c, &b.defaults, id)
	}
	start := s.Now()
	outcomes, err := s.judgeAll(caller.Of(c), b, id)
	if err != nil {
		return err
	}
	if err := s.recordAll(outcomes, start); err != nil {
		return err
	}
	out := []byte(`{"evaluations":[`)
	for i := range outcomes {
		if i > 0 {
			out = append(out, ',')
		}
		if o := &outcomes[i]; o.err != nil {
			out = appendFailure(out, o.err)
		} else {
			out = appendAnswer(out, &o.answer)
		}
	}
	sendJSON(c, id, append(out, ']', '}'))
	return nil
}

func parseBatch(body []byte) (*batch, error) {
	b := &batch{semantic: executeAll}
	r := newReader(body)
	defer r.free()
	err := r.object(func(key []byte) error {
		switch string(key) {
		case "evaluations":
			if r.null() {
				return nil
			}
			return at(string(key), r.array(func(i int) error {
				if i == maxBatch {
					return fmt.Errorf("evaluations: more than %d", maxBatch)
				}
				raw, err := r.raw()
				b.items = append(b.items, raw)
				return err
			}))
		case "options":
			if r.null() {
				return nil
			}
			return at(string(key), r.object(func(option []byte) error {
				if string(option) != "evaluations_semantic" {
					return r.skip()
				}
				return at(string(option), r.text(&b.semantic))
			}))
		}
		ok, err := b.defaults.member(r, key)
		if !ok && err == nil {
			err = r.skip()
		}
		return err
	})
	if err == nil {
		err = r.end()
	}
	if err != nil {
		return nil, err
	}
	switch b.semantic {
	case executeAll, denyOnFirstDeny, permitOnFirstPermit:
		return b, nil
	}
	return nil, fmt.Errorf("options.evaluations_semantic: expected %s, %s or %s", executeAll, denyOnFirstDeny, permitOnFirstPermit)
}

// judgeAll judges the items in order, up to the one that ends the batch under its semantic. An item that can't be evaluated
// counts as denied.
func (s *Service) judgeAll(p *caller.Principal, b *batch, requestID string) ([]outcome, error) {
	out := make([]outcome, 0, len(b.items))
	spent := 0
	for i, raw := range b.items {
		if spent > maxBatchWork {
			return nil, problem.New("too_large", fmt.Sprintf("the evaluations before number %d name as many commands and files as one request may", i+1),
				"Send fewer evaluations at a time. None of these was decided.")
		}
		var o outcome
		if q, err := s.item(p, b, raw, requestID); err != nil {
			o.err = err
		} else {
			o.answer, o.event = s.judge(q)
			spent += work(&q.request.Action, &o.answer.decision.Effects)
		}
		out = append(out, o)
		permitted := o.err == nil && o.answer.decision.Permits()
		if (b.semantic == denyOnFirstDeny && !permitted) || (b.semantic == permitOnFirstPermit && permitted) {
			break
		}
	}
	return out, nil
}

// work estimates what judging took, in bytes: of what was read, and of the commands and files that were found in it.
func work(a *policy.Action, found *policy.Effects) int {
	const each = 64 // what a command or file costs besides its bytes
	sum := len(a.Command) + len(a.Prompt) + each*len(found.Commands)
	for _, names := range [...][]string{found.Reads, found.Writes} {
		for _, name := range names {
			sum += each + len(name)
		}
	}
	return sum
}

// item lays one evaluation over the defaults.
func (s *Service) item(p *caller.Principal, b *batch, raw []byte, requestID string) (*question, error) {
	e := b.defaults
	if err := parseEvaluation(raw, &e); err != nil {
		return nil, invalid(err)
	}
	return s.question(p, &e, requestID)
}

// recordAll makes all decisions of a batch durable. They are handed over together, so that they share the ledger's commits.
func (s *Service) recordAll(outcomes []outcome, start time.Time) error {
	if len(outcomes) == 1 && outcomes[0].event != nil {
		if err := s.record(context.Background(), outcomes[0].event); err != nil {
			return err
		}
		s.count(&outcomes[0], start)
		return nil
	}
	var wg sync.WaitGroup
	errs := make([]error, len(outcomes))
	for i := range outcomes {
		if outcomes[i].event == nil {
			continue
		}
		wg.Go(func() { errs[i] = s.record(context.Background(), outcomes[i].event) })
	}
	wg.Wait()
	for i, err := range errs {
		if err != nil {
			return err
		}
		s.count(&outcomes[i], start)
	}
	return nil
}

func (s *Service) count(o *outcome, start time.Time) {
	if o.event != nil && o.event.Purpose != purposeQuery {
		s.Observer.Decided(o.answer.decision.Effect, o.answer.decision.Enforced, s.Now().Sub(start))
	}
}
