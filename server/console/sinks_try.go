package console

import (
	"time"

	"github.com/gofiber/fiber/v2"

	"ambit/audit/sink"
)

type sinkTried struct {
	OK      bool   `json:"ok"`
	Outcome string `json:"outcome"`
	Answer  string `json:"answer"`
	EventID string `json:"event_id"`
	TookMS  int64  `json:"took_ms"`
}

// testSink sends a test event and shows the receiver's own answer.
func (a *API) testSink(c *fiber.Ctx) error {
	t, err := a.Sinks.Test(c.UserContext(), actorOf(c), sinkID(c))
	if err != nil {
		return err
	}
	return c.JSON(sinkTried{t.OK, t.Outcome, t.Answer, t.EventID, t.Took.Milliseconds()})
}

type setAside struct {
	Message sink.Message `json:"message"`
	Ref     int64        `json:"ref"`
	EventID string       `json:"event_id"`
	Type    string       `json:"type"`
	Answer  string       `json:"answer"`
	At      time.Time    `json:"at"`
}

// listSetAside lists the messages that the receiver refuses for what they are.
func (a *API) listSetAside(c *fiber.Ctx) error {
	after, err := text(c, "after", 40)
	if err != nil {
		return err
	}
	limit, err := number(c, "limit", sink.MaxAside, 1, sink.MaxAside)
	if err != nil {
		return err
	}
	page, err := a.Sinks.SetAside(c.UserContext(), sinkID(c), after, int(limit))
	if err != nil {
		return err
	}
	out := make([]setAside, len(page.List))
	for i, m := range page.List {
		out[i] = setAside{m.Message, m.Ref, m.EventID, m.Type, m.Answer, m.At}
	}
	return c.JSON(fiber.Map{"set_aside": out, "next": page.Next})
}

// setAsideRef names one of them.
type setAsideRef struct {
	Message sink.Message `json:"message" validate:"oneof=event checkpoint"`
	Ref     int64        `json:"ref" validate:"min=1"`
}

func asideRefs(list []setAsideRef) []sink.AsideRef {
	refs := make([]sink.AsideRef, len(list))
	for i, r := range list {
		refs[i] = sink.AsideRef(r)
	}
	return refs
}

type retrySetAsideRequest struct {
	Messages []setAsideRef `json:"messages" validate:"omitnil,min=1,max=200,dive"`
	After    string        `json:"after" validate:"max=40"`
}

type retriedSetAside struct {
	Delivered int    `json:"delivered"`
	Refused   int    `json:"refused"`
	Gone      int    `json:"gone"`
	Answer    string `json:"answer,omitempty"`
	Stopped   bool   `json:"stopped"`
	Next      string `json:"next"`
}

// retrySetAside sends them once more: those that the body names, or without a body the oldest.
func (a *API) retrySetAside(c *fiber.Ctx) error {
	var which retrySetAsideRequest
	if len(c.Body()) > 0 {
		if err := bind(c, &which); err != nil {
			return err
		}
	}
	r, err := a.Sinks.RetrySetAside(c.UserContext(), actorOf(c), sinkID(c), sink.AsideChoice{Refs: asideRefs(which.Messages), After: which.After})
	if err != nil {
		return err
	}
	return c.JSON(retriedSetAside(r))
}

type dismissSetAsideRequest struct {
	Messages []setAsideRef `json:"messages" validate:"required,min=1,max=200,dive"`
}

// dismissSetAside forgets those that nobody wants to send again.
func (a *API) dismissSetAside(c *fiber.Ctx) error {
	var which dismissSetAsideRequest
	if err := bind(c, &which); err != nil {
		return err
	}
	n, err := a.Sinks.DismissSetAside(c.UserContext(), actorOf(c), sinkID(c), asideRefs(which.Messages))
	if err != nil {
		return err
	}
	return c.JSON(fiber.Map{"dismissed": n})
}
