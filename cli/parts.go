//go:build !client

package cli

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"math"
	"net/netip"
	"net/url"
	"os/user"
	"path/filepath"
	"time"

	"ambit/assets"
	"ambit/audit"
	"ambit/audit/egress"
	"ambit/audit/sink"
	"ambit/db"
	"ambit/db/seal"
	"ambit/policy"
	"ambit/server"
	"ambit/server/caller"
	"ambit/server/console"
	"ambit/server/decision"
	"ambit/server/identity"
	"ambit/server/identity/oauth"
	"ambit/server/identity/scim"
	"ambit/server/identity/sso"
	"ambit/server/policystore"
)

// closeTimeout bounds how long the ledger may take to write what is queued.
const closeTimeout = 10 * time.Second

// options of an installation that is opened by this process.
type options struct {
	dir     string
	keyFile string // "" is DIR/key
	public  *url.URL
	given   bool // public was given by the operator rather than made from the listener's address
	tls     bool
	proxies []netip.Prefix
	hosts   func(string) bool
	egress  egress.Networks // where connections of the server may go; the zero value: nowhere
	demo    bool
	sample  bool             // the ledger must take events of the past
	now     func() time.Time // nil is the environment's clock
	log     *slog.Logger

	sinkFolder string // where sinks of kind file may write; "" is nowhere
}

// parts are the pieces of an open installation, wired together. Closing goes in the opposite order of opening.
type parts struct {
	db        *db.DB
	ledger    *audit.Ledger
	retention *audit.Retention
	inspector *audit.Inspector
	identity  *identity.Service
	sso       *sso.Service
	policies  *policystore.Store
	sinks     *sink.Manager
	decision  *decision.Service
	server    *server.Server
}

// openParts opens everything in a folder whose lock is held.
func openParts(env *Env, o options) (p *parts, err error) {
	p = &parts{}
	defer func() {
		if err != nil {
			err = errors.Join(err, p.close(env.Ctx))
			p = nil
		}
	}()
	now := env.Now
	if o.now != nil {
		now = o.now
	}
	keyFile := o.keyFile
	if keyFile == "" {
		keyFile = filepath.Join(o.dir, "key")
	}
	box, err := seal.Open(keyFile, env.Rand)
	if err != nil {
		return p, fmt.Errorf("open the key file: %w", err)
	}
	if p.db, err = db.Open(env.Ctx, o.dir, db.Options{Log: o.log}); err != nil {
		return p, fmt.Errorf("open the database: %w", err)
	}
	if p.ledger, err = audit.Open(env.Ctx, audit.Options{DB: p.db, Box: box, Dir: o.dir, Now: now, Rand: env.Rand, Log: o.log, Backdate: o.sample}); err != nil {
		return p, err
	}
	if p.identity, err = identity.Open(env.Ctx, identity.Options{
		DB: p.db, Ledger: p.ledger, Box: box, Now: now, Rand: env.Rand, Log: o.log, PublicURL: o.public.String(), Demo: o.demo,
	}); err != nil {
		return p, fmt.Errorf("open the directory: %w", err)
	}
	store, broken, err := policystore.Open(env.Ctx, p.db.Read, p.ledger, now)
	if err != nil {
		return p, err
	}
	for _, problem := range broken {
		o.log.Error("the published policy can't be used, so everything is refused", "problem", problem.String())
	}
	p.policies = store
	if p.sso, err = sso.New(sso.Options{
		Directory: p.identity, Ledger: p.ledger, Read: p.db.Read, Networks: o.egress, Now: now, Rand: env.Rand, Log: o.log, Public: o.public, TierOf: tierOf(store),
	}); err != nil {
		return p, err
	}
	if p.sinks, err = openSinks(env, o, p, box, now); err != nil {
		return p, err
	}
	p.retention = audit.NewRetention(p.ledger, audit.RetentionOptions{Floor: p.sinks.Floor, Log: o.log})
	p.inspector = audit.NewInspector(p.ledger, audit.InspectorOptions{Log: o.log})
	metrics := server.NewMetrics()
	p.decision = decision.New(decision.Config{
		Policy: inForce(store), Ledger: p.ledger, Directory: p.identity, Observer: metrics,
		Now: now, NewID: p.ledger.NewID, Log: o.log, PublicURL: publicURL(o),
	})
	return p, p.openServer(env, o, metrics)
}

// inForce hands the store's policy to the decision service; a nil policy becomes a nil interface.
func inForce(store *policystore.Store) func() (decision.Policy, int64) {
	return func() (decision.Policy, int64) {
		p, version := store.Current()
		if p == nil {
			return nil, version
		}
		return p, version
	}
}

func publicURL(o options) string {
	if !o.given {
		return ""
	}
	return o.public.String()
}

func (p *parts) openServer(env *Env, o options, metrics *server.Metrics) error {
	api, err := console.New(console.Deps{
		Identity: p.identity, Directory: p.identity, SignOn: server.SignOn(p.sso, p.identity), Credentials: p.identity, Provisioning: p.identity,
		Ledger: p.ledger, Policies: p.policies, Retention: p.retention, Read: p.db.Read, Versions: p.versions, Source: p.source,
		Trier: p.decision, Sinks: p.sinks, Checks: p.checks,
		Live: p.identity.Live, Now: env.Now, Log: o.log, Version: version, DataDir: o.dir, Public: o.public.String(), Demo: o.demo,
	})
	if err != nil {
		return fmt.Errorf("open the console's API: %w", err)
	}
	auditSchema, errAudit := fs.ReadFile(assets.Schemas(), "audit-event-v1.json")
	policySchema, errPolicy := fs.ReadFile(assets.Schemas(), "policy-v1.json")
	if err := errors.Join(errAudit, errPolicy); err != nil {
		return fmt.Errorf("read the JSON Schemas: %w", err)
	}
	p.gauges(metrics)
	agents := oauth.New(oauth.Config{
		Identity: p.identity, SignOn: p.sso, Ledger: p.ledger, Now: env.Now, Rand: env.Rand, Log: o.log, PublicURL: publicURL(o),
	})
	p.sso.Devices = agents
	p.identity.SetUpstream(p.sso)
	cfg := server.Config{
		Log: o.log, Now: env.Now, Rand: env.Rand, Auth: p.identity, Health: p.ledger.Health, Metrics: metrics, Console: assets.Dist(),
		Handlers: []server.Handlers{
			p.decision.Handlers(), api.Handlers(), p.sso.Handlers(), agents.Handlers(), scim.New(p.identity, o.public.String()).Handlers(),
		},
		Schemas: map[string][]byte{"schemaAuditEvent": auditSchema, "schemaPolicy": policySchema},
		TLS:     o.tls, TrustedProxies: o.proxies, Hosts: o.hosts, LocalPrincipal: localPrincipal(),
	}
	if o.given {
		cfg.PublicURL = o.public
	}
	p.server, err = server.New(cfg)
	return err
}

// gauges are read when the metrics are; deciding costs nothing for them.
func (p *parts) gauges(m *server.Metrics) {
	m.Gauge("ambit_ledger_seq", "Entries in the ledger.", func() float64 { return float64(p.ledger.Seq()) })
	m.Gauge("ambit_ledger_writable", "1 while the ledger can be written, 0 while every decision is refused.", func() float64 {
		if p.ledger.Health() != nil {
			return 0
		}
		return 1
	})
	m.Gauge("ambit_ledger_backlog", "Entries that the search index has not taken in yet.", func() float64 {
		backlog, err := p.ledger.Backlog(context.Background())
		if err != nil {
			return math.NaN()
		}
		return float64(backlog)
	})
	m.Gauge("ambit_ledger_inspected_timestamp_seconds", "When the whole ledger was last verified in the background; 0 while it wasn't.", func() float64 {
		if last := p.inspector.Last(); !last.At.IsZero() {
			return float64(last.At.Unix())
		}
		return 0
	})
	m.Gauge("ambit_ledger_first_bad", "The first entry that was found altered then; 0 while none was.", func() float64 {
		return float64(p.inspector.Last().FirstBad)
	})
	m.Gauge("ambit_policy_version", "Version of the policy in force; 0 while none was published.", func() float64 {
		_, version := p.policies.Current()
		return float64(version)
	})
	for _, g := range p.sinks.Gauges() {
		m.Gauges(g.Name, g.Help, "sink", g.Read)
	}
	m.Counters("ambit_sink_errors_total", "Attempts to deliver that failed, by what came of them.", p.sinks.Failures, "sink", "outcome")
}

// checks are what the status room shows of the parts that the console doesn't know.
func (p *parts) checks(context.Context) []console.Check {
	switch last := p.inspector.Last(); {
	case last.At.IsZero():
		return []console.Check{{Name: "inspection", OK: true, Message: "The whole ledger is verified in the background every day; the first time is minutes after the start."}}
	case last.FirstBad != 0:
		return []console.Check{{
			Name: "inspection", Message: fmt.Sprintf("The ledger was altered: the first bad entry is seq %d (%s).", last.FirstBad, last.What),
			Hint: "Keep a copy of the data folder, compare with a checkpoint that left this machine (docs/auditors.md), and find out who wrote to the database.",
		}}
	default:
		return []console.Check{{Name: "inspection", OK: true, Message: fmt.Sprintf("All %d entries were verified in the background at %s.", last.Entries, last.At.Format("2006-01-02 15:04 UTC"))}}
	}
}

// tierOf asks the policy in force for somebody's permission tier.
func tierOf(store *policystore.Store) func(user string, groups []string, known bool) (string, bool) {
	return func(user string, groups []string, known bool) (string, bool) {
		current, _ := store.Current()
		if current == nil {
			return "", false
		}
		return current.Limits(policy.Subject{ID: user, Groups: groups, GroupsKnown: known}, policy.Resource{}, "").Tier, true
	}
}

// versions and source put the store's versions into the console's words.
func (p *parts) versions(ctx context.Context) ([]console.PolicyVersion, error) {
	stored, err := p.policies.Versions(ctx)
	list := make([]console.PolicyVersion, len(stored))
	for i := range stored {
		list[i] = consoleVersion(&stored[i])
	}
	return list, err
}

func (p *parts) source(ctx context.Context, version int64) (console.PolicyVersion, error) {
	stored, err := p.policies.Source(ctx, version)
	return consoleVersion(&stored), err
}

func consoleVersion(v *policystore.Version) console.PolicyVersion {
	return console.PolicyVersion{Version: v.Version, Source: v.Source, Comment: v.Comment, PublishedBy: v.PublishedBy, PublishedAt: v.PublishedAt}
}

// localPrincipal is who the control socket stands for: the person at the machine, with the owner's rights.
func localPrincipal() *caller.Principal {
	name := "local"
	if u, err := user.Current(); err == nil && u.Username != "" {
		name = "local:" + u.Username
	}
	return &caller.Principal{Kind: caller.Local, ID: name, Name: name, Roles: []caller.Role{caller.Owner}, Credential: "control-socket"}
}

// close stops, also where ctx was cancelled, in an order in which nothing writes to what is closed already; it can be called on parts that opened halfway.
func (p *parts) close(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), closeTimeout)
	defer cancel()
	var errs []error
	if p.sinks != nil {
		errs = append(errs, p.sinks.Close(ctx))
	}
	if p.identity != nil {
		errs = append(errs, p.identity.Close(ctx))
	}
	if p.retention != nil {
		p.retention.Close()
	}
	if p.inspector != nil {
		p.inspector.Close()
	}
	if p.ledger != nil {
		errs = append(errs, p.ledger.Close(ctx))
	}
	if p.db != nil {
		errs = append(errs, p.db.Close())
	}
	return errors.Join(errs...)
}
