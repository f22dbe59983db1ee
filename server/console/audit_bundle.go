package console

import (
	"context"
	"errors"
	"io"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"ambit/audit"
	"ambit/audit/bundle"
	"ambit/db"
	"ambit/server/problem"
)

// exportBundle streams matching events with a manifest, a signed checkpoint and a proof for each, as an archive: what
// `ambit audit export --manifest` makes, for whoever has a browser only.
func (a *API) exportBundle(c *fiber.Ctx) error {
	q, err := filters(c)
	if err != nil {
		return err
	}
	format := strings.Clone(c.Query("format", bundle.JSONL))
	if err := oneOf("format", format, bundle.Formats()...); err != nil {
		return err
	}
	cp, err := a.Ledger.Sign(c.UserContext())
	if errors.Is(err, db.ErrNotFound) {
		return problem.New("not_found", "the ledger is empty: there is nothing to export", "")
	} else if err != nil {
		return err
	}
	m := bundle.Manifest{Ambit: a.Version, MadeAt: a.Now().UTC().Truncate(time.Second), Filter: filtersAsGiven(c), Through: cp.Size, Checkpoint: cp.Note}
	q.Before = cp.Size + 1
	c.Set(fiber.HeaderContentType, "application/zip")
	c.Set(fiber.HeaderContentDisposition, `attachment; filename="`+bundle.ZipFolder+`.zip"`)
	c.Set(fiber.HeaderCacheControl, "no-store")
	a.stream(c, "export a bundle", func(w io.Writer) error {
		return bundle.WriteZip(w, format, a.Ledger.PublicKey(), &m, &bundled{a.Ledger, q, cp.Note})
	})
	return nil
}

// filtersAsGiven are the filters in the words of the request, for the manifest.
func filtersAsGiven(c *fiber.Ctx) map[string]string {
	given := map[string]string{}
	for _, name := range []string{"person", "action", "effect", "repository", "session", "layer", "phase", "type", "q", "since", "until"} {
		if value := c.Query(name); value != "" {
			given[name] = strings.Clone(value)
		}
	}
	return given
}

// bundled is the part of the ledger that a bundle has. The client decides how long that takes, so there is no deadline.
type bundled struct {
	ledger     Ledger
	query      audit.Query
	checkpoint string
}

// Events implements bundle.Source.
func (b *bundled) Events(fn func(event string) error) error {
	return b.ledger.Each(context.Background(), b.query, 0, fn)
}

// Proofs implements bundle.Source.
func (b *bundled) Proofs(seqs []int64) ([][]audit.Hash, error) {
	hashes := make([][]audit.Hash, 0, len(seqs))
	for _, seq := range seqs {
		p, err := b.ledger.ProveUnder(context.Background(), b.checkpoint, seq)
		if err != nil {
			return nil, err
		}
		hashes = append(hashes, p.Hashes)
	}
	return hashes, nil
}
