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
	conn := c.Context().Conn()
	c.Set(fiber.HeaderContentType, bundle.MediaType(format))
	c.Set(fiber.HeaderContentDisposition, `attachment; filename="ambit-`+bundle.FileName(format)+`"`)
	c.Set(fiber.HeaderCacheControl, "no-store")
	c.Context().SetBodyStreamWriter(func(w *bufio.Writer) {
		out, err := bundle.NewEncoder(format, &patient{w, conn})
		if err == nil {
			err = a.Ledger.Each(context.Background(), q, 0, out.Encode)
		}
		if err == nil {
			err = out.Flush()
		}
		if err == nil {
			err = w.Flush()
		}
		if err != nil {
			// The status is on its way already. A connection that breaks tells the client that the export is not complete.
			a.Log.Warn("export events", "error", err)
			_ = conn.Close()
		}
	})
	return nil
}

// patient gives a client streamWrite for every line, where the server would give it that for the whole answer.
type patient struct {
	w    io.Writer
	conn net.Conn
}

func (p *patient) Write(b []byte) (int, error) {
	if err := p.conn.SetWriteDeadline(time.Now().Add(streamWrite)); err != nil {
		return 0, err
	}
	return p.w.Write(b)
}
