package server

import (
	"encoding/json"
	"errors"
	"strings"

	"github.com/gofiber/fiber/v2"
	"github.com/valyala/fasthttp"

	"ambit/server/caller"
	"ambit/server/problem"
)

// fail answers an error in the route's own shape and logs it once, here at the top.
func (s *Server) fail(c *fiber.Ctx, route *caller.Route, err error) error {
	d := problem.Of(err)
	if d.Status >= fiber.StatusInternalServerError {
		s.logFailure(route, &d, err)
	} else {
		s.Log.Debug("a request was refused", "operation", route.ID, "status", d.Status, "code", d.Code, "id", d.ID, "error", err.Error())
	}
	c.Context().Response.ResetBody()
	switch route.Shape {
	case caller.ShapeAuthZEN:
		return s.failAuthZEN(c, &d)
	case caller.ShapeOAuth:
		return s.failOAuth(c, &d, err)
	case caller.ShapeSCIM:
		return s.failSCIM(c, &d, err)
	case caller.ShapePage:
		return s.failPage(c, &d)
	case caller.ShapeHook, caller.ShapeProblem:
	}
	return s.failProblem(c, &d)
}

func (s *Server) logFailure(route *caller.Route, d *problem.Details, err error) {
	ok, held := s.logs.admit(s.Now())
	if held > 0 {
		s.Log.Warn("more requests failed than were logged", "left_out", held)
	}
	if ok {
		s.Log.Error("a request failed", "operation", route.ID, "status", d.Status, "code", d.Code, "id", d.ID, "error", cause(err))
	}
}

// cause is the text for the operator: a refusal made for callers hides what went wrong.
func cause(err error) string {
	text := err.Error()
	if inner := errors.Unwrap(err); inner != nil && !strings.Contains(text, inner.Error()) {
		text += ": " + inner.Error()
	}
	return text
}

func (s *Server) failProblem(c *fiber.Ctx, d *problem.Details) error {
	body, err := json.Marshal(d)
	if err != nil {
		return err
	}
	if d.Status == fiber.StatusUnauthorized {
		c.Set(fiber.HeaderWWWAuthenticate, `Bearer realm="ambit"`)
	}
	c.Status(d.Status).Context().SetContentType("application/problem+json")
	return c.Send(body)
}

// failAuthZEN refuses in the standard's own shape: whoever reads only "decision" is refused as well.
func (s *Server) failAuthZEN(c *fiber.Ctx, d *problem.Details) error {
	echoRequestID(c)
	if d.Status == fiber.StatusUnauthorized {
		c.Set(fiber.HeaderWWWAuthenticate, `Bearer realm="ambit"`)
	}
	type failure struct {
		Status  int    `json:"status"`
		Code    string `json:"code"`
		Message string `json:"message"`
		Hint    string `json:"hint,omitempty"`
		ID      string `json:"id"`
	}
	var body struct {
		Decision bool `json:"decision"` // always false
		Context  struct {
			Error failure `json:"error"`
		} `json:"context"`
	}
	body.Context.Error = failure{d.Status, d.Code, d.Detail, d.Hint, d.ID}
	return c.Status(d.Status).JSON(&body)
}

func echoRequestID(c *fiber.Ctx) {
	if id := c.Request().Header.Peek(fiber.HeaderXRequestID); len(id) > 0 && len(id) <= 256 {
		c.Response().Header.SetBytesV(fiber.HeaderXRequestID, id)
	}
}

// lateError answers what never reached a route: a body over the server's limit, a broken request.
func (s *Server) lateError(c *fiber.Ctx, err error) error {
	var broken *fiber.Error
	switch {
	case errors.Is(err, fasthttp.ErrBodyTooLarge):
		err = problem.New("too_large", "the request's body is too long", "")
	case errors.As(err, &broken) && broken.Code == fiber.StatusBadRequest:
		// The library's own words quote the request, with any token in it: they belong in no answer and no log.
		err = problem.New("invalid", "the request is not well-formed HTTP", "")
	}
	s.securityHeaders(c)
	return s.fail(c, &caller.Route{ID: "unrouted"}, err)
}

// unmatched answers every path that isn't in the table: under an API prefix with an error, elsewhere with the console.
func (s *Server) unmatched(c *fiber.Ctx) error {
	s.securityHeaders(c)
	route := &caller.Route{ID: "unmatched"}
	path := c.Path()
	if strings.HasPrefix(path, "/scim/") {
		route.Shape = caller.ShapeSCIM
	}
	if allow := s.methodsAt(path); allow != "" {
		c.Set(fiber.HeaderAllow, allow)
		return s.fail(c, route, problem.New("method_not_allowed", "this path takes "+allow, ""))
	}
	for _, prefix := range caller.Prefixes {
		if !strings.HasPrefix(path, prefix.Path) && path+"/" != prefix.Path {
			continue
		}
		if prefix.Closed {
			if p, err := s.who(c, true); err != nil || p.Kind == caller.Anonymous {
				return s.fail(c, route, unauthenticated)
			}
		}
		return s.fail(c, route, problem.New("not_found", "there is nothing at this path", ""))
	}
	if s.page == nil {
		return s.fail(c, route, problem.New("not_found", "this server has no console", ""))
	}
	if m := c.Method(); m != fiber.MethodGet && m != fiber.MethodHead {
		c.Set(fiber.HeaderAllow, "GET, HEAD")
		return s.fail(c, route, problem.New("method_not_allowed", "this path takes GET, HEAD", ""))
	}
	return s.serveConsole(c, path)
}

// methodsAt lists the methods that the table has for a path.
func (s *Server) methodsAt(path string) string {
	var methods []string
	for i := range s.routes {
		r := &s.routes[i]
		if fiber.RoutePatternMatch(path, r.Path, fiber.Config{CaseSensitive: true, StrictRouting: true}) {
			methods = append(methods, r.Method)
			if r.Method == fiber.MethodGet && r.Access.Anonymous {
				methods = append(methods, fiber.MethodHead)
			}
		}
	}
	return strings.Join(methods, ", ")
}
