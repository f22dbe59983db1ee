package decision

import (
	"context"

	"ambit/policy"
	"ambit/server/caller"
)

// Try answers what a policy would say to a request in the wire form of /access/v1/evaluation. With a draft nothing is
// recorded, because the answer binds nobody; against the published policy it is recorded as a query.
func (s *Service) Try(ctx context.Context, by *caller.Principal, body []byte, draft *policy.Policy) (d policy.Decision, id string, version int64, err error) {
	// Whoever may edit the policy may ask about anybody, so the asker stands for no person here.
	q, err := s.wireQuestion(&caller.Principal{Kind: by.Kind, ID: by.ID, Credential: by.Credential}, body)
	if err != nil {
		return d, "", 0, err
	}
	q.purpose = purposeQuery
	if draft != nil {
		a, _ := s.judgeBy(q, draft, 0)
		return a.decision, "", 0, nil
	}
	a, err := s.decide(ctx, q)
	return a.decision, a.id, a.version, err
}

// Evaluate decides and records what POST /access/v1/evaluation would, without HTTP.
func (s *Service) Evaluate(ctx context.Context, by *caller.Principal, body []byte) (d policy.Decision, id string, version int64, err error) {
	q, err := s.wireQuestion(by, body)
	if err != nil {
		return d, "", 0, err
	}
	a, err := s.decide(ctx, q)
	return a.decision, a.id, a.version, err
}

func (s *Service) wireQuestion(by *caller.Principal, body []byte) (*question, error) {
	var e evaluation
	if err := parseEvaluation(body, &e); err != nil {
		return nil, invalid(err)
	}
	return s.question(by, &e, "")
}
