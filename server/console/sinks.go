package console

import (
	"context"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"ambit/audit"
	"ambit/audit/sink"
)

// Sinks forward the ledger to where an organisation watches.
type Sinks interface {
	List(ctx context.Context) ([]sink.Sink, error)
	Get(ctx context.Context, id string) (sink.Sink, error)
	Create(ctx context.Context, by audit.Actor, spec sink.Spec, secrets map[string]string, paused bool) (sink.Sink, string, error)
	Update(ctx context.Context, by audit.Actor, id string, spec sink.Spec, secrets map[string]string) (sink.Sink, error)
	Pause(ctx context.Context, by audit.Actor, id string) (sink.Sink, error)
	Resume(ctx context.Context, by audit.Actor, id string) (sink.Sink, error)
	Delete(ctx context.Context, by audit.Actor, id string) error
	RotateSecret(ctx context.Context, by audit.Actor, id, name, value string) (sink.Sink, string, error)
	Test(ctx context.Context, by audit.Actor, id string) (sink.Tried, error)
	SetAside(ctx context.Context, id, after string, limit int) (sink.AsidePage, error)
	RetrySetAside(ctx context.Context, by audit.Actor, id string, which sink.AsideChoice) (sink.Retried, error)
	DismissSetAside(ctx context.Context, by audit.Actor, id string, refs []sink.AsideRef) (int, error)
}

func (a *API) sinkHandlers() map[string]fiber.Handler {
	return map[string]fiber.Handler{
		"listSinks": a.listSinks, "createSink": a.createSink, "getSink": a.getSink, "updateSink": a.updateSink, "deleteSink": a.deleteSink,
		"pauseSink": a.pauseSink, "resumeSink": a.resumeSink, "testSink": a.testSink, "rotateSinkSecret": a.rotateSinkSecret,
		"listSetAside": a.listSetAside, "retrySetAside": a.retrySetAside, "dismissSetAside": a.dismissSetAside,
	}
}

// sinkID is a copy: Fiber's strings change after the request.
func sinkID(c *fiber.Ctx) string { return strings.Clone(c.Params("id")) }

type sinkView struct {
	ID        string     `json:"id"`
	Spec      sink.Spec  `json:"spec"`
	Secrets   []string   `json:"secrets"`
	Status    sinkStatus `json:"status"`
	CreatedAt time.Time  `json:"created_at"`
	CreatedBy string     `json:"created_by"`
	UpdatedAt time.Time  `json:"updated_at"`
}

type sinkStatus struct {
	State        sink.State `json:"state"`
	Why          string     `json:"why,omitempty"`
	Cursor       int64      `json:"cursor"`
	LagEvents    int64      `json:"lag_events"`
	LagSeconds   float64    `json:"lag_s"`
	BacklogBytes int64      `json:"backlog_bytes"`
	Lagging      bool       `json:"lagging"`
	Delivered    int64      `json:"delivered"`
	SetAside     int64      `json:"set_aside"`
	LastError    string     `json:"last_error,omitempty"`
	LastErrorAt  time.Time  `json:"last_error_at,omitzero"`
	LastSuccess  time.Time  `json:"last_success_at,omitzero"`
}

func sinkOf(s *sink.Sink) sinkView {
	st := &s.Status
	return sinkView{
		ID: s.ID, Spec: s.Spec, Secrets: list(s.Secrets), CreatedAt: s.CreatedAt, CreatedBy: s.CreatedBy, UpdatedAt: s.UpdatedAt,
		Status: sinkStatus{
			st.State, st.Why, st.Cursor, st.LagEvents, st.Lag.Seconds(), st.BacklogBytes, st.Lagging, st.Delivered, st.SetAside,
			st.LastError, st.LastErrorAt, st.LastSuccess,
		},
	}
}

func answerSink(c *fiber.Ctx, s sink.Sink, err error) error {
	if err != nil {
		return err
	}
	return c.JSON(sinkOf(&s))
}

// listSinks lists all sinks with how they do.
func (a *API) listSinks(c *fiber.Ctx) error {
	all, err := a.Sinks.List(c.UserContext())
	if err != nil {
		return err
	}
	out := make([]sinkView, len(all))
	for i := range all {
		out[i] = sinkOf(&all[i])
	}
	return c.JSON(fiber.Map{"sinks": out})
}

// getSink is one of them.
func (a *API) getSink(c *fiber.Ctx) error {
	s, err := a.Sinks.Get(c.UserContext(), sinkID(c))
	return answerSink(c, s, err)
}
