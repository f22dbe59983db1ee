package decision

import (
	"context"
	"strings"
	"sync"

	"github.com/gofiber/fiber/v2"

	"ambit/server/caller"
	"ambit/server/problem"
)

// Handlers are the endpoints of this package, by operation id.
func (s *Service) Handlers() map[string]fiber.Handler {
	return map[string]fiber.Handler{
		"evaluate":             s.evaluate,
		"evaluateMany":         s.evaluateMany,
		"authzenConfiguration": s.metadata,
		"hookClaudeCode":       s.hookClaudeCode,
	}
}

// answers are the buffers in which answers are written; the web server copies them out.
var answers = sync.Pool{New: func() any { b := make([]byte, 0, 1024); return &b }}

// evaluate is POST /access/v1/evaluation (AuthZEN Authorization API 1.0, section 6).
func (s *Service) evaluate(c *fiber.Ctx) error {
	body, id, err := authzenBody(c)
	if err != nil {
		return err
	}
	var e evaluation
	if err := parseEvaluation(body, &e); err != nil {
		return invalid(err)
	}
	return s.answerOne(c, &e, id)
}

// parseEvaluation reads the entities of an evaluation over what e holds already.
func parseEvaluation(body []byte, e *evaluation) error {
	r := newReader(body)
	defer r.free()
	err := r.object(func(key []byte) error {
		ok, err := e.member(r, key)
		if !ok && err == nil {
			err = r.skip()
		}
		return err
	})
	if err != nil {
		return err
	}
	return r.end()
}

func (s *Service) answerOne(c *fiber.Ctx, e *evaluation, requestID string) error {
	q, err := s.question(caller.Of(c), e, requestID)
	if err != nil {
		return err
	}
	a, err := s.decide(context.Background(), q)
	if err != nil {
		return err
	}
	buf := answers.Get().(*[]byte)
	*buf = appendAnswer((*buf)[:0], &a)
	sendJSON(c, requestID, *buf)
	answers.Put(buf)
	return nil
}

func invalid(err error) error { return problem.New("invalid", err.Error(), "") }

// authzenBody takes a copy of the request's body: what Fiber hands out is overwritten by the next request, and parts of this
// one end in the ledger's queue and in the memory of sessions.
func authzenBody(c *fiber.Ctx) (body []byte, requestID string, err error) {
	if typ := string(c.Request().Header.ContentType()); !isJSON(typ) {
		return nil, "", problem.New("invalid", "the Content-Type is not application/json", "Send `Content-Type: application/json`.")
	}
	shared := c.Request().Body()
	if len(shared) == 0 {
		return nil, "", problem.New("invalid", "the body is empty", "")
	}
	if id := c.Request().Header.Peek(fiber.HeaderXRequestID); len(id) <= 256 {
		requestID = string(id)
	}
	return append(make([]byte, 0, len(shared)), shared...), requestID, nil
}

func isJSON(typ string) bool {
	typ, _, _ = strings.Cut(typ, ";")
	return strings.EqualFold(strings.TrimSpace(typ), fiber.MIMEApplicationJSON)
}

func sendJSON(c *fiber.Ctx, requestID string, body []byte) {
	resp := c.Response()
	resp.Header.SetContentType(fiber.MIMEApplicationJSON)
	resp.Header.Set(fiber.HeaderCacheControl, "no-store")
	if requestID != "" {
		resp.Header.Set(fiber.HeaderXRequestID, requestID)
	}
	resp.SetBody(body)
}

// metadata is GET /.well-known/authzen-configuration (section 9).
func (s *Service) metadata(c *fiber.Ctx) error {
	base := s.PublicURL
	if base == "" {
		base = c.BaseURL()
	}
	return c.JSON(map[string]string{
		"policy_decision_point":       base,
		"access_evaluation_endpoint":  base + "/access/v1/evaluation",
		"access_evaluations_endpoint": base + "/access/v1/evaluations",
	})
}
