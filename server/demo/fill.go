// Package demo is the sample organisation of `ambit serve --demo`: its people, its policy, and a week of their agents'
// work. Every decision is the policy's own, and every event takes the ledger's ordinary path; only the clock is set back.
package demo

import (
	"context"
	_ "embed"
	"fmt"
	"io/fs"
	"log/slog"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"ambit/assets"
	"ambit/audit"
	"ambit/policy"
	"ambit/server/caller"
	"ambit/server/decision"
	"ambit/server/identity"
	"ambit/server/policystore"
)

//go:embed policy.yaml
var acmePolicy string

// Parts are the installation to be filled. Ledger must be open with Backdate, and all of them with the Clock's Now.
type Parts struct {
	Dir      string
	Clock    *Clock
	Ledger   *audit.Ledger
	Identity *identity.Service
	Policies *policystore.Store
	Log      *slog.Logger
}

// story is the week that is being written.
type story struct {
	Parts
	now     time.Time // when the visitor arrives
	rand    *rand.Rand
	ledger  *collector
	decide  *decision.Service
	callers map[string]*caller.Principal // by e-mail: the person's token
	scenes  []scene
	calls   int
}

// scene is something that happens at a time.
type scene struct {
	at  time.Time
	act func(ctx context.Context) error
}

// Fill writes the sample organisation's past into an empty installation.
func Fill(ctx context.Context, p Parts) error {
	s := &story{
		Parts: p, now: p.Clock.Now(), callers: map[string]*caller.Principal{},
		// The same week for everybody: what a visitor sees is what the documentation shows. Nothing here is secret.
		rand:   rand.New(rand.NewPCG(8420, 2026)), //nolint:gosec // see above
		ledger: &collector{ledger: p.Ledger, clock: p.Clock},
	}
	defer p.Clock.release()
	s.decide = decision.New(decision.Config{
		Policy: s.policy, Ledger: s.ledger, Directory: p.Identity, Observer: unobserved{}, Now: p.Clock.Now, NewID: p.Ledger.NewID, Log: p.Log,
	})
	s.administration()
	s.week()
	s.pending()
	slices.SortStableFunc(s.scenes, func(a, b scene) int { return a.at.Compare(b.at) })
	for _, scene := range s.scenes {
		s.Clock.set(scene.at)
		if err := scene.act(ctx); err != nil {
			return fmt.Errorf("fill the sample organisation: %w", err)
		}
	}
	if err := s.ledger.flush(ctx); err != nil {
		return fmt.Errorf("fill the sample organisation: %w", err)
	}
	return mark(p.Dir, filled)
}

func (s *story) at(t time.Time, act func(ctx context.Context) error) {
	s.scenes = append(s.scenes, scene{t.Truncate(time.Millisecond), act})
}

// change is a scene that goes through another part: what was collected before must be in the ledger first.
func (s *story) change(t time.Time, act func(ctx context.Context) error) {
	s.at(t, func(ctx context.Context) error {
		if err := s.ledger.flush(ctx); err != nil {
			return err
		}
		return act(ctx)
	})
}

func (s *story) policy() (decision.Policy, int64) {
	p, version := s.Policies.Current()
	if p == nil {
		return nil, version
	}
	return p, version
}

// unobserved keeps the past out of the metrics.
type unobserved struct{}

func (unobserved) Decided(policy.Effect, bool, time.Duration) {}
func (unobserved) Unrecordable()                              {}

// sinceThirdVersion is the line that the third version of the policy added.
const sinceThirdVersion = "        - npm audit\n"

// administration is what Acme's administrators did: people, policies, tokens, sign-ins.
func (s *story) administration() {
	start := s.now.Add(-8 * 24 * time.Hour)
	olga := &caller.Principal{Kind: caller.Browser, Person: owner, Roles: []caller.Role{caller.Owner}}
	sam := &caller.Principal{Kind: caller.Browser, Person: security, Roles: []caller.Role{caller.SecurityAdmin}}
	s.change(start, func(ctx context.Context) error { return s.Identity.AddPeople(ctx, olga, people()) })
	for i, rule := range roleRules() {
		s.change(start.Add(time.Minute+time.Duration(i)*20*time.Second), func(ctx context.Context) error {
			_, err := s.Identity.AddRoleRule(ctx, olga, rule, "")
			return err
		})
	}
	s.change(s.now.Add(-27*time.Hour), func(ctx context.Context) error {
		ines := &caller.Principal{Kind: caller.Browser, Person: identityAdmin, Roles: []caller.Role{caller.IdentityAdmin}}
		return s.Identity.CreateConnection(ctx, ines, draftConnection(), "")
	})
	s.change(start.Add(4*time.Minute), func(ctx context.Context) error {
		standard, err := fs.ReadFile(assets.Packs(), "standard.yaml")
		if err != nil {
			return fmt.Errorf("read starter pack: %w", err)
		}
		return s.publish(ctx, olga, string(standard), "Starter pack standard")
	})
	s.change(start.Add(95*time.Minute), func(ctx context.Context) error {
		return s.publish(ctx, sam, strings.Replace(acmePolicy, sinceThirdVersion, "", 1), "Acme's own policy: payments behind a second pair of eyes, contractors, infra on trial")
	})
	s.change(s.now.Add(-50*time.Hour), func(ctx context.Context) error {
		return s.publish(ctx, sam, acmePolicy, "Allow npm audit (the web team asked for it)")
	})
	for i, w := range workplaces() {
		s.change(start.Add(2*time.Hour+time.Duration(i)*7*time.Minute), func(ctx context.Context) error {
			return s.token(ctx, olga, caller.NewToken{Name: w.login + "'s laptop", Scopes: []caller.Scope{caller.ScopeDecide, caller.ScopeAuditWrite}, Person: w.email})
		})
	}
	s.change(s.now.Add(-74*time.Hour), func(ctx context.Context) error {
		return s.token(ctx, sam, caller.NewToken{Name: "SIEM export", Scopes: []caller.Scope{caller.ScopeAuditRead}, ExpiresAt: s.now.Add(90 * 24 * time.Hour)})
	})
	s.signIns()
}

func (s *story) publish(ctx context.Context, by *caller.Principal, source, comment string) error {
	_, problems, err := s.Policies.Publish(ctx, by, source, comment, policystore.AnyBase)
	if err != nil && len(problems) > 0 {
		return fmt.Errorf("%w: %w", err, problems)
	}
	return err
}

func (s *story) token(ctx context.Context, by *caller.Principal, want caller.NewToken) error {
	_, secret, err := s.Identity.CreateToken(ctx, by, want)
	if err != nil || want.Person == "" {
		return err
	}
	s.callers[want.Person], err = s.Identity.Bearer(secret)
	return err
}

// signIns are those of the console's people, and two of somebody who guesses.
func (s *story) signIns() {
	for day := 7; day >= 1; day-- {
		for i, who := range []string{owner, security, auditor, reviewer} {
			at := s.workday(day).Add(time.Duration(30+s.rand.IntN(280)) * time.Minute)
			if (day+i)%2 == 0 || weekend(at) || at.After(s.now) {
				continue
			}
			s.event(at, "person.signed_in", who, fmt.Sprintf("198.51.100.%d", 10+i), `{"method":"totp"}`)
		}
	}
	for i := range 2 {
		s.event(s.now.Add(-31*time.Hour+time.Duration(i)*9*time.Second), "sign_in.refused", "unknown", "203.0.113.77", `{"reason":"password"}`)
	}
}

func (s *story) event(at time.Time, kind, who, address, outcome string) {
	s.at(at, func(ctx context.Context) error {
		return s.ledger.Append(ctx, &audit.Event{
			Type: kind, Phase: audit.PhaseAdmin, Actor: audit.Actor{User: who, Address: address}, Outcome: []byte(outcome),
		})
	})
}
