package console

import (
	"bufio"
	"context"
	"io"
	"net"
	"time"

	"github.com/gofiber/fiber/v2"
)

// exportEvents streams matching events as JSON Lines, oldest first, those included that search has not indexed yet.
func (a *API) exportEvents(c *fiber.Ctx) error {
	q, err := filters(c)
	if err != nil {
		return err
	}
	conn := c.Context().Conn()
	c.Set(fiber.HeaderContentType, "application/x-ndjson")
	c.Set(fiber.HeaderContentDisposition, `attachment; filename="ambit-audit.jsonl"`)
	c.Set(fiber.HeaderCacheControl, "no-store")
	c.Context().SetBodyStreamWriter(func(w *bufio.Writer) {
		_, err := a.Ledger.Export(context.Background(), &patient{w, conn}, q)
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
