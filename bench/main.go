// Command bench measures Ambit on this machine beside plain Fiber, raw fsync and curl, in one run, and prints ratios.
// Absolute numbers on a shared machine say little; the ratios to a neighbour measured in the same minute are steady.
//
//	go run ./bench -ambit bin/ambit -client bin/clients/ambit-linux-amd64
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"strconv"
	"time"
)

type options struct {
	ambit, client, dir string
	round              time.Duration
	rounds             int
	processes          int
}

func main() {
	if len(os.Args) > 2 && os.Args[1] == "plain-fiber" {
		servePlainFiber(os.Args[2]) // the yardstick runs as a process of its own
		return
	}
	if len(os.Args) == 6 && os.Args[1] == "load" {
		if err := loadOnly(os.Args[2], os.Args[3], os.Args[4], os.Args[5]); err != nil {
			fmt.Fprintln(os.Stderr, "bench:", err)
			os.Exit(1)
		}
		return
	}
	var o options
	flag.StringVar(&o.ambit, "ambit", "bin/ambit", "the full binary")
	flag.StringVar(&o.client, "client", "bin/clients/ambit-linux-amd64", "the client binary")
	flag.StringVar(&o.dir, "dir", "", "folder for the data (default: a new one beside the binary, on the same disk)")
	flag.DurationVar(&o.round, "round", 4*time.Second, "length of one round of load")
	flag.IntVar(&o.rounds, "rounds", 3, "rounds per number of connections; medians are reported")
	flag.IntVar(&o.processes, "processes", 60, "hook processes to time")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := run(ctx, o)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, o options) error {
	if o.dir == "" {
		if err := os.MkdirAll("bench/out", 0o755); err != nil {
			return err
		}
		dir, err := os.MkdirTemp("bench/out", "data-")
		if err != nil {
			return err
		}
		defer os.RemoveAll(dir)
		o.dir = dir
	}
	rep := newReport(os.Stdout)
	syncs, err := measureFsync(o.dir, 2*time.Second)
	if err != nil {
		return fmt.Errorf("measure fsync: %w", err)
	}
	rep.fsync(syncs)

	fiber, err := startPlainFiber(ctx)
	if err != nil {
		return fmt.Errorf("start plain Fiber: %w", err)
	}
	defer fiber.stop()
	ambit, err := startAmbit(ctx, o)
	if err != nil {
		return fmt.Errorf("start ambit: %w", err)
	}
	defer ambit.stop()

	bodies := decisionBodies()
	echo := buildRequests("/", "", bodies)
	decide := buildRequests("/access/v1/evaluation", ambit.token, bodies)
	for _, c := range []int{1, 16, 64} {
		var plain, durable []loadResult
		for range o.rounds {
			p, err := load(ctx, fiber.address, echo, c, o.round)
			if err != nil {
				return fmt.Errorf("load plain Fiber: %w", err)
			}
			d, err := load(ctx, ambit.address, decide, c, o.round)
			if err != nil {
				return fmt.Errorf("load ambit: %w", err)
			}
			plain, durable = append(plain, p), append(durable, d)
		}
		rep.throughput(c, median(plain), median(durable), syncs)
	}
	rep.memory(ambit.residentKiB())

	hooks, err := measureHooks(ctx, o, ambit)
	if err != nil {
		return fmt.Errorf("time hooks: %w", err)
	}
	rep.hooks(hooks)
	return rep.err
}

// loadOnly puts load on a server that somebody else started, for profiling: bench load ADDRESS TOKEN CONNECTIONS TIME.
func loadOnly(address, token, connections, length string) error {
	c, err := strconv.Atoi(connections)
	if err != nil {
		return err
	}
	d, err := time.ParseDuration(length)
	if err != nil {
		return err
	}
	r, err := load(context.Background(), address, buildRequests("/access/v1/evaluation", token, decisionBodies()), c, d)
	fmt.Printf("%.0f decisions/s, p50 %v, p99 %v\n", r.perSecond, round(r.p50), round(r.p99))
	return err
}
