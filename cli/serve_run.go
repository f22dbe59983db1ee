//go:build !client

package cli

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os/signal"
	"slices"
	"strings"
	"syscall"
	"time"

	"ambit/server/demo"
)

// drainTimeout is how long running requests may take to finish after the server was told to stop.
const drainTimeout = 10 * time.Second

// Run serves until it is told to stop.
func (c *ServeCmd) Run(env *Env) error {
	tune()
	warnUnknownVariables(env)
	set, err := c.check()
	if err != nil {
		return err
	}
	ctx, release := signal.NotifyContext(env.Ctx, syscall.SIGINT, syscall.SIGTERM)
	defer release()
	level := slog.LevelInfo
	if err := level.UnmarshalText([]byte(c.LogLevel)); err != nil {
		return err
	}
	log := slog.New(slog.NewTextHandler(env.Err, &slog.HandlerOptions{Level: level}))
	f, err := openFolder(c.Data, true)
	if err != nil {
		return err
	}
	return errors.Join(c.serve(ctx, release, env, set, f, log), f.close())
}

// serve opens the parts and answers requests. release restores the default meaning of signals: the second one ends the process
// at once.
func (c *ServeCmd) serve(ctx context.Context, release func(), env *Env, set *settings, f *folder, log *slog.Logger) error {
	ln, err := (&net.ListenConfig{}).Listen(ctx, "tcp", c.Listen)
	if err != nil {
		return &adviceError{fmt.Sprintf("listen on %s: %s", c.Listen, listenFault(err)), "Stop what is using it, or choose another address with --listen"}
	}
	defer func() { _ = ln.Close() }() // the server closes it too; this is for what fails before it serves
	public, err := set.publicURL(ln.Addr())
	if err != nil {
		return err
	}
	p, err := c.open(ctx, env, f, options{
		dir: f.dir, keyFile: c.KeyFile, public: public, given: set.public != nil, tls: set.tls != nil, proxies: set.proxies,
		hosts: set.hosts(c.Listen), egress: set.egress, sinkFolder: c.SinkFolder, log: log,
	})
	if err != nil {
		return err
	}
	control, err := f.listenControl(ctx)
	if err != nil {
		return errors.Join(err, p.close(ctx))
	}
	failed := make(chan error, 2)
	go func() { failed <- p.server.ServeLocal(control) }()
	if set.tls != nil {
		ln = tls.NewListener(ln, set.tls)
	}
	go func() { failed <- p.server.Serve(ln) }()
	if err := c.announce(ctx, env, p, public.String()); err != nil {
		return errors.Join(err, p.close(ctx))
	}
	p.retention.Start()
	p.inspector.Start()
	log.Info("serving", "address", public.String(), "listen", ln.Addr().String(), "data", f.dir)
	select {
	case err = <-failed:
	case <-ctx.Done():
		release()
		log.Info("stopping: finishing what is running")
	}
	drain, cancel := context.WithTimeout(context.WithoutCancel(ctx), drainTimeout)
	defer cancel()
	errStop := p.server.Shutdown(drain)
	if errors.Is(errStop, context.DeadlineExceeded) {
		log.Warn("some requests did not finish in time and were cut off")
		errStop = nil
	}
	err = errors.Join(err, errStop, p.close(ctx))
	if err == nil {
		log.Info("stopped")
	}
	return err
}

// open opens the parts; with --demo it writes the sample organisation's past into a folder that is still empty.
func (c *ServeCmd) open(ctx context.Context, env *Env, f *folder, o options) (*parts, error) {
	if !c.Demo {
		return openParts(env, o)
	}
	fill, err := demo.Prepare(f.dir)
	if err != nil {
		return nil, err
	}
	clock := demo.NewClock(env.Now)
	o.demo, o.sample, o.now = true, fill, clock.Now
	p, err := openParts(env, o)
	if err != nil || !fill {
		return p, err
	}
	err = demo.Fill(ctx, demo.Parts{Dir: f.dir, Clock: clock, Ledger: p.ledger, Identity: p.identity, Policies: p.policies, Log: o.log})
	if err != nil {
		return nil, errors.Join(err, p.close(ctx))
	}
	return p, nil
}

// announce prints where the console is and, before there is an owner, the link that makes one.
func (c *ServeCmd) announce(ctx context.Context, env *Env, p *parts, address string) error {
	fmt.Fprintf(env.Out, "Ambit is running. Console: %s\n", address)
	if c.exposed() {
		fmt.Fprintln(env.Err, "Warning: this address is reached by other machines in clear text, tokens and all. Give --tls-cert and --tls-key, or listen on loopback behind a proxy that does TLS and name its https address with --public-url.")
	}
	link, err := p.identity.SetupLink(ctx)
	if err != nil {
		return fmt.Errorf("make the set-up link: %w", err)
	}
	if link != "" {
		fmt.Fprintf(env.Out, "Set it up with this one-time link: %s\n", link)
	}
	return nil
}

// exposed reports whether other machines reach the server without TLS, as far as its flags tell.
func (c *ServeCmd) exposed() bool {
	if c.TLSCert != "" || strings.HasPrefix(c.PublicURL, "https://") {
		return false
	}
	host, _, err := net.SplitHostPort(c.Listen)
	ip := net.ParseIP(host)
	return err == nil && host != "localhost" && (ip == nil || !ip.IsLoopback())
}

// listenFault says in a few words why a port can't be had.
func listenFault(err error) string {
	switch {
	case errors.Is(err, syscall.EADDRINUSE):
		return "the address is in use"
	case errors.Is(err, syscall.EACCES):
		return "this user may not listen there"
	case errors.Is(err, syscall.EADDRNOTAVAIL):
		return "this machine has no such address"
	}
	var op *net.OpError
	if errors.As(err, &op) {
		return op.Err.Error()
	}
	return err.Error()
}

// variables are the environment variables that the server and its verbs read.
var variables = []string{
	"AMBIT_DATA", "AMBIT_LISTEN", "AMBIT_PUBLIC_URL", "AMBIT_TLS_CERT", "AMBIT_TLS_KEY", "AMBIT_KEY_FILE",
	"AMBIT_TRUSTED_PROXIES", "AMBIT_EGRESS", "AMBIT_SINK_FOLDER", "AMBIT_LOG_LEVEL", "AMBIT_SERVER", "AMBIT_TOKEN",
}

// warnUnknownVariables names variables that look like ours and mean nothing: most are misspelt.
func warnUnknownVariables(env *Env) {
	for _, pair := range env.Environ() {
		name, _, _ := strings.Cut(pair, "=")
		if !strings.HasPrefix(name, "AMBIT_") || slices.Contains(variables, name) {
			continue
		}
		fmt.Fprintf(env.Err, "ambit: the environment variable %s means nothing to Ambit; it knows %s.\n", name, strings.Join(variables, ", "))
	}
}
