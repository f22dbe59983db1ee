package console

import (
	"github.com/gofiber/fiber/v2"

	"ambit/audit/sink"
)

type createSinkRequest struct {
	Spec    sink.Spec         `json:"spec"`
	Secrets map[string]string `json:"secrets" validate:"max=8"`
	Paused  bool              `json:"paused"`
}

// sinkSecret is an answer with a signing secret that Ambit made: in this answer and nowhere else.
type sinkSecret struct {
	Sink   sinkView `json:"sink"`
	Secret string   `json:"secret,omitempty"`
}

func answerSecret(c *fiber.Ctx, status int, s sink.Sink, secret string) error {
	c.Set(fiber.HeaderCacheControl, "no-store")
	return c.Status(status).JSON(sinkSecret{sinkOf(&s), secret})
}

// createSink adds a sink.
func (a *API) createSink(c *fiber.Ctx) error {
	var r createSinkRequest
	if err := bind(c, &r); err != nil {
		return err
	}
	s, secret, err := a.Sinks.Create(c.UserContext(), actorOf(c), r.Spec, r.Secrets, r.Paused)
	if err != nil {
		return err
	}
	return answerSecret(c, fiber.StatusCreated, s, secret)
}

type updateSinkRequest struct {
	Spec    sink.Spec         `json:"spec"`
	Secrets map[string]string `json:"secrets" validate:"max=8"`
}

// updateSink changes settings; secrets that aren't given stay where the receiver stays.
func (a *API) updateSink(c *fiber.Ctx) error {
	var r updateSinkRequest
	if err := bind(c, &r); err != nil {
		return err
	}
	s, err := a.Sinks.Update(c.UserContext(), actorOf(c), sinkID(c), r.Spec, r.Secrets)
	return answerSink(c, s, err)
}

// deleteSink removes a sink with its cursor.
func (a *API) deleteSink(c *fiber.Ctx) error {
	if err := a.Sinks.Delete(c.UserContext(), actorOf(c), sinkID(c)); err != nil {
		return err
	}
	return c.SendStatus(fiber.StatusNoContent)
}

// pauseSink stops delivery and keeps the backlog.
func (a *API) pauseSink(c *fiber.Ctx) error {
	s, err := a.Sinks.Pause(c.UserContext(), actorOf(c), sinkID(c))
	return answerSink(c, s, err)
}

// resumeSink goes on from the cursor.
func (a *API) resumeSink(c *fiber.Ctx) error {
	s, err := a.Sinks.Resume(c.UserContext(), actorOf(c), sinkID(c))
	return answerSink(c, s, err)
}

type rotateSinkSecretRequest struct {
	Name  string `json:"name" validate:"required,max=40"`
	Value string `json:"value" validate:"max=16384"`
}

// rotateSinkSecret replaces one secret.
func (a *API) rotateSinkSecret(c *fiber.Ctx) error {
	var r rotateSinkSecretRequest
	if err := bind(c, &r); err != nil {
		return err
	}
	s, secret, err := a.Sinks.RotateSecret(c.UserContext(), actorOf(c), sinkID(c), r.Name, r.Value)
	if err != nil {
		return err
	}
	return answerSecret(c, fiber.StatusOK, s, secret)
}
