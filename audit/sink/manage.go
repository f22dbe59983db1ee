package sink

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"ambit/audit"
	"ambit/db"
)

// List gives all sinks by name.
func (m *Manager) List(ctx context.Context) ([]Sink, error) {
	all := m.workers()
	slices.SortFunc(all, func(a, b *worker) int { return cmp.Compare(a.name, b.name) })
	list := make([]Sink, len(all))
	for i, w := range all {
		var err error
		if list[i], err = w.view(ctx); err != nil {
			return nil, err
		}
	}
	return list, nil
}

// Get gives one sink.
func (m *Manager) Get(ctx context.Context, id string) (Sink, error) {
	w := m.worker(id)
	if w == nil {
		return Sink{}, errNoSink
	}
	return w.view(ctx)
}

// worker is the one of a sink; nil where there is none.
func (m *Manager) worker(id string) *worker {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.sinks[id]
}

// Create adds a sink and starts it, or leaves it paused. A webhook without a signing secret gets one, which is returned and
// never shown again.
func (m *Manager) Create(ctx context.Context, by audit.Actor, spec Spec, secrets map[string]string, paused bool) (Sink, string, error) {
	m.changing.Lock()
	defer m.changing.Unlock()
	if err := checkGiven(secrets); err != nil {
		return Sink{}, "", err
	}
	secrets = maps.Clone(secrets)
	if secrets == nil {
		secrets = map[string]string{}
	}
	made, err := m.judge(ctx, &spec, secrets)
	if err != nil {
		return Sink{}, "", err
	}
	now := m.opt.Now().UnixMilli()
	row := db.SinkRow{ID: m.opt.Ledger.NewID("snk_"), State: string(Running), CreatedAt: now, CreatedBy: by.User}
	if paused {
		row.State = string(Paused)
	}
	if !spec.Beginning {
		row.Cursor = m.opt.Ledger.Seq()
		// The newest checkpoint goes out at once: it vouches for what came before.
		if latest, err := db.LatestCheckpoint(ctx, m.opt.DB.Read()); err == nil {
			row.Checkpoint = latest.Number - 1
		} else if !errors.Is(err, db.ErrNotFound) {
			return Sink{}, "", fmt.Errorf("create sink: %w", err)
		}
	}
	if err := m.store(ctx, &row, &spec, secrets, now, func(tx *db.Tx) ([]*audit.Event, error) {
		return []*audit.Event{changed("sink.created", by, row.ID, nil, spec)}, db.InsertSink(ctx, tx, &row)
	}); err != nil {
		return Sink{}, "", err
	}
	s, err := m.Get(ctx, row.ID)
	return s, made, err
}

// Update changes a sink's settings; its kind and its cursor stay. Secrets that are not given stay too, unless the receiver's
// address changes: then they are asked for again, because whoever may edit an address must not learn a token by it.
func (m *Manager) Update(ctx context.Context, by audit.Actor, id string, spec Spec, secrets map[string]string) (Sink, error) {
	return m.change(ctx, id, func(w *worker, row *db.SinkRow) (*Spec, map[string]string, func() *audit.Event, error) {
		if spec.Kind != w.spec.Kind {
			return nil, nil, nil, invalid("a sink's kind can't change; add another sink")
		}
		if err := checkGiven(secrets); err != nil {
			return nil, nil, nil, err
		}
		merged, err := merge(w, &spec, secrets)
		if err != nil {
			return nil, nil, nil, err
		}
		spec.Beginning = w.spec.Beginning
		_, err = m.judge(ctx, &spec, merged)
		return &spec, merged, func() *audit.Event { return changed("sink.changed", by, id, w.spec, spec) }, err
	})
}

// merge gives the secrets of a changed sink: the new ones, and of the old ones those that are still wanted and stay secret. A
// new receiver would be sent the old one's token; keys that only sign don't leave this server.
func merge(w *worker, spec *Spec, given map[string]string) (map[string]string, error) {
	merged := maps.Clone(given)
	if merged == nil {
		merged = map[string]string{}
	}
	wanted := secretsOf(spec)
	moved := destination(spec) != destination(&w.spec)
	for name, value := range w.secrets {
		_, still := wanted[name]
		_, anew := merged[name]
		switch {
		case anew:
		case name == secretFormer || name == secretFormerUntil:
			merged[name] = value
		case still && moved && name != secretSigning && name != secretClientKey:
			return nil, invalid("the receiver's address changed: give the secret %q again", name)
		case still:
			merged[name] = value
		}
	}
	return merged, nil
}

// Pause stops delivery; the cursor stays, and the backlog grows up to its quota.
func (m *Manager) Pause(ctx context.Context, by audit.Actor, id string) (Sink, error) {
	return m.setState(ctx, by, id, "sink.paused", Paused)
}

// Resume goes on from the cursor, also after the receiver had said that it was gone.
func (m *Manager) Resume(ctx context.Context, by audit.Actor, id string) (Sink, error) {
	return m.setState(ctx, by, id, "sink.resumed", Running)
}

func (m *Manager) setState(ctx context.Context, by audit.Actor, id, kind string, state State) (Sink, error) {
	return m.change(ctx, id, func(w *worker, row *db.SinkRow) (*Spec, map[string]string, func() *audit.Event, error) {
		if row.State == string(Disabled) {
			if err := w.noteLoss(ctx); err != nil {
				return nil, nil, nil, err
			}
		}
		before := map[string]string{"state": row.State}
		row.State, row.Why = string(state), ""
		return &w.spec, w.secrets, func() *audit.Event {
			return changed(kind, by, id, before, map[string]string{"state": string(state)})
		}, nil
	})
}

// RotateSecret replaces one secret. A webhook's signing secret may be left empty: Ambit makes one and returns it, this once;
// the former one signs too for a day.
func (m *Manager) RotateSecret(ctx context.Context, by audit.Actor, id, name, value string) (Sink, string, error) {
	made := ""
	if err := checkGiven(map[string]string{name: value}); err != nil {
		return Sink{}, "", err
	}
	s, err := m.change(ctx, id, func(w *worker, _ *db.SinkRow) (*Spec, map[string]string, func() *audit.Event, error) {
		secrets := maps.Clone(w.secrets)
		if name == secretSigning && value == "" {
			var err error
			if made, err = newSigningSecret(m.opt.Rand); err != nil {
				return nil, nil, nil, err
			}
			value = made
		}
		if name == secretSigning && secrets[name] != "" {
			secrets[secretFormer] = secrets[name]
			secrets[secretFormerUntil] = m.opt.Now().Add(formerFor).UTC().Format(time.RFC3339)
		}
		secrets[name] = value
		return &w.spec, secrets, func() *audit.Event {
			return changed("sink.secret_rotated", by, id, nil, map[string]string{"secret": name})
		}, checkSecrets(&w.spec, secrets)
	})
	return s, made, err
}

// Delete removes a sink with its cursor and what it set aside.
func (m *Manager) Delete(ctx context.Context, by audit.Actor, id string) error {
	m.changing.Lock()
	defer m.changing.Unlock()
	w := m.worker(id)
	if w == nil {
		return errNoSink
	}
	err := m.opt.Ledger.Commit(context.WithoutCancel(ctx), func(tx *db.Tx) ([]*audit.Event, error) {
		there, err := db.DeleteSink(ctx, tx, id)
		if err == nil && !there {
			err = errNoSink
		}
		return []*audit.Event{changed("sink.deleted", by, id, w.spec, nil)}, err
	})
	if err != nil {
		return err
	}
	m.mu.Lock()
	delete(m.sinks, id)
	m.mu.Unlock()
	w.cancel()
	<-w.done
	return w.close()
}

// judge completes and checks a spec and its secrets, and makes the signing secret that a new webhook lacks.
func (m *Manager) judge(ctx context.Context, spec *Spec, secrets map[string]string) (made string, err error) {
	spec.complete()
	if err := m.check.check(ctx, spec); err != nil {
		return "", err
	}
	if spec.Kind == Webhook && secrets[secretSigning] == "" {
		if made, err = newSigningSecret(m.opt.Rand); err != nil {
			return "", err
		}
		secrets[secretSigning] = made
	}
	return made, checkSecrets(spec, secrets)
}

// change applies a change to one sink: the row and its event commit together, then a new worker takes the old one's place.
func (m *Manager) change(ctx context.Context, id string, how func(*worker, *db.SinkRow) (*Spec, map[string]string, func() *audit.Event, error)) (Sink, error) {
	m.changing.Lock()
	defer m.changing.Unlock()
	w := m.worker(id)
	if w == nil {
		return Sink{}, errNoSink
	}
	row := w.rowNow()
	spec, secrets, event, err := how(w, &row)
	if err != nil {
		return Sink{}, err
	}
	now := m.opt.Now().UnixMilli()
	if err := m.store(ctx, &row, spec, secrets, now, func(tx *db.Tx) ([]*audit.Event, error) {
		return []*audit.Event{event()}, db.UpdateSink(ctx, tx, &row)
	}); err != nil {
		return Sink{}, err
	}
	return m.Get(ctx, id)
}

// store writes a row with spec and secrets and puts a worker for it in place.
func (m *Manager) store(ctx context.Context, row *db.SinkRow, spec *Spec, secrets map[string]string, now int64, write func(tx *db.Tx) ([]*audit.Event, error)) error {
	text, err := json.Marshal(spec)
	if err != nil {
		return fmt.Errorf("store sink: %w", err)
	}
	row.Name, row.Kind, row.Spec, row.UpdatedAt = spec.Name, string(spec.Kind), string(text), now
	if row.Sealed, err = sealSecrets(m.opt.Box, row.ID, secrets); err != nil {
		return err
	}
	next, err := m.newWorker(row)
	if err != nil {
		return err
	}
	// Memory follows the database, so whoever asked may go away meanwhile.
	if err := m.opt.Ledger.Commit(context.WithoutCancel(ctx), write); errors.Is(err, db.ErrExists) {
		return &Error{"exists", fmt.Sprintf("there is a sink named %q already", spec.Name), "Choose another name."}
	} else if err != nil {
		return err
	}
	return m.replace(next)
}

// replace puts a worker in the place of the one before, which hands over how far it came.
func (m *Manager) replace(next *worker) error {
	var err error
	if old := m.worker(next.id); old != nil {
		old.cancel()
		<-old.done
		err = old.close()
		next.inherit(old)
	}
	m.mu.Lock()
	m.sinks[next.id] = next
	m.mu.Unlock()
	next.start()
	return err
}

func (w *worker) inherit(old *worker) {
	old.mu.Lock()
	defer old.mu.Unlock()
	w.progress, w.stored, w.lagging = old.progress, old.stored, old.lagging
	w.failures = old.failures
	w.lastErr, w.errAt, w.setAsideAt, w.alarmedAt = old.lastErr, old.errAt, old.setAsideAt, old.alarmedAt
}

// destination is where a spec sends: what secrets are good for.
func destination(s *Spec) string {
	switch s.Kind {
	case Splunk:
		return s.Splunk.URL
	case Datadog:
		return s.Datadog.Site + s.Datadog.URL
	case Webhook:
		return s.Webhook.URL
	case OTLP:
		return s.OTLP.URL
	case Syslog:
		return s.Syslog.Address
	case File:
	}
	return ""
}
