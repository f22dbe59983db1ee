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
	all, err := a.Sinks.SetAside(c.UserContext(), sinkID(c))
	if err != nil {
		return err
	}
	out := make([]setAside, len(all))
	for i, m := range all {
		out[i] = setAside{m.Message, m.Ref, m.EventID, m.Type, m.Answer, m.At}
	}
	return c.JSON(fiber.Map{"set_aside": out})
}

type retriedSetAside struct {
	Delivered int    `json:"delivered"`
	Refused   int    `json:"refused"`
	Answer    string `json:"answer,omitempty"`
}

// retrySetAside sends them once more.
func (a *API) retrySetAside(c *fiber.Ctx) error {
	r, err := a.Sinks.RetrySetAside(c.UserContext(), actorOf(c), sinkID(c))
	if err != nil {
		return err
	}
	return c.JSON(retriedSetAside{r.Delivered, r.Refused, r.Answer})
}
