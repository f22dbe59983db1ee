package console

import (
	"bufio"
	"context"
	"io"
	"math"
	"net"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"ambit/audit/bundle"
)

// exportEvents streams matching events, oldest first, those included that search has not indexed yet.
func (a *API) exportEvents(c *fiber.Ctx) error {
	q, err := filters(c)
	if err != nil {
		return err
	}
	if q.Before, err = number(c, "before", 0, 0, math.MaxInt64); err != nil {
		return err
	}
	format := strings.Clone(c.Query("format", bundle.JSONL))
	if err := oneOf("format", format, bundle.Formats()...); err != nil {
		return err
	}
	c.Set(fiber.HeaderContentType, bundle.MediaType(format))
	c.Set(fiber.HeaderContentDisposition, `attachment; filename="ambit-`+bundle.FileName(format)+`"`)
	c.Set(fiber.HeaderCacheControl, "no-store")
	a.stream(c, "export events", func(w io.Writer) error {
		out, err := bundle.NewEncoder(format, w)
		if err != nil {
			return err
		}
		if err := a.Ledger.Each(context.Background(), q, 0, out.Encode); err != nil {
			return err
		}
		return out.Flush()
	})
	return nil
}

// stream answers with what write writes, however long that takes.
func (a *API) stream(c *fiber.Ctx, what string, write func(w io.Writer) error) {
	conn := c.Context().Conn()
	c.Context().SetBodyStreamWriter(func(w *bufio.Writer) {
		out := &patient{w, conn}
		err := write(out)
		if err == nil {
			err = out.flush()
		}
		if err != nil {
			// The status is on its way already. A connection that breaks tells the client that the answer is not complete.
			a.Log.Warn(what, "error", err)
			_ = conn.Close()
		}
	})
}

// patient gives a client streamWrite for every line, where the server would give it that for the whole answer.
type patient struct {
	w    *bufio.Writer
	conn net.Conn
}

func (p *patient) Write(b []byte) (int, error) {
	if err := p.extend(); err != nil {
		return 0, err
	}
	return p.w.Write(b)
}

func (p *patient) flush() error {
	if err := p.extend(); err != nil {
		return err
	}
	return p.w.Flush()
}

func (p *patient) extend() error { return p.conn.SetWriteDeadline(time.Now().Add(streamWrite)) }
