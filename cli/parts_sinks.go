//go:build !client

package cli

import (
	"os"
	"time"

	"ambit/audit/sink"
	"ambit/db/seal"
)

// openSinks starts what forwards the ledger.
func openSinks(env *Env, o options, p *parts, box *seal.Box, now func() time.Time) (*sink.Manager, error) {
	host, err := os.Hostname()
	if err != nil {
		host = "" // receivers that want a host get the product's name
	}
	return sink.Open(env.Ctx, sink.Options{
		DB: p.db, Ledger: p.ledger, Box: box, Networks: o.egress, Folder: o.sinkFolder, Now: now, Rand: env.Rand, Log: o.log, Host: host, Version: version,
	})
}
