package oidc

import (
	"context"
	"sync"
	"time"
)

// document is something fetched from the provider and kept in memory. However many callers need it, one fetch runs at a
// time; after a failure the provider is left alone for a while, longer with each failure; and an old copy serves for a
// limited time while no new one can be had.
type document[T any] struct {
	load  func(context.Context) (T, error)
	now   func() time.Time
	fresh time.Duration // served without asking
	kept  time.Duration // served while asking fails
	gap   time.Duration // between two fetches that renew asks for

	mu       sync.Mutex
	value    T
	version  int // counts successful fetches; 0: there is no value
	loadedAt time.Time
	failures int
	retryAt  time.Time
	err      error         // of the last fetch
	flight   chan struct{} // closed when the fetch that runs has ended; nil: none runs
}

const (
	firstBackoff = time.Second
	lastBackoff  = time.Minute
)

// get returns a value that is fresh, or the last one for as long as it may be kept, or why there is none.
func (d *document[T]) get(ctx context.Context) (T, int, error) {
	d.mu.Lock()
	if now := d.now(); (d.version == 0 || now.Sub(d.loadedAt) >= d.fresh) && !now.Before(d.retryAt) {
		d.fly(ctx)
	} else if d.flight == nil || d.version > 0 && now.Sub(d.loadedAt) < d.fresh {
		defer d.mu.Unlock()
		return d.held()
	}
	return d.land(ctx)
}

// renew returns a newer value than version where one can be had now, otherwise the same.
func (d *document[T]) renew(ctx context.Context, version int) (T, int, error) {
	d.mu.Lock()
	now := d.now()
	if d.version != version || d.flight == nil && (now.Sub(d.loadedAt) < d.gap || now.Before(d.retryAt)) {
		defer d.mu.Unlock()
		return d.held()
	}
	d.fly(ctx)
	return d.land(ctx)
}

// put takes a value that was fetched in another way.
func (d *document[T]) put(value T) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.keep(value)
}

func (d *document[T]) keep(value T) {
	d.value, d.loadedAt, d.failures, d.retryAt, d.err = value, d.now(), 0, time.Time{}, nil
	d.version++
}

// held returns what there is. The lock is held.
func (d *document[T]) held() (T, int, error) {
	if d.version > 0 && d.now().Sub(d.loadedAt) < max(d.kept, d.fresh) {
		return d.value, d.version, nil
	}
	var none T
	if d.err == nil {
		return none, d.version, unreachable("the identity provider has not been asked yet", nil)
	}
	return none, d.version, d.err
}

// fly starts a fetch unless one runs. The fetch doesn't end with the request that happened to start it. The lock is held.
func (d *document[T]) fly(ctx context.Context) {
	if d.flight != nil {
		return
	}
	done := make(chan struct{})
	d.flight = done
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 2*requestTimeout)
	go func() {
		defer cancel()
		value, err := d.load(ctx)
		d.mu.Lock()
		defer d.mu.Unlock()
		if err == nil {
			d.keep(value)
		} else {
			d.err = err
			d.retryAt = d.now().Add(min(firstBackoff<<min(d.failures, 10), lastBackoff))
			d.failures++
		}
		d.flight = nil
		close(done)
	}()
}

// land gives up the lock and waits for the fetch that runs.
func (d *document[T]) land(ctx context.Context) (T, int, error) {
	done := d.flight
	d.mu.Unlock()
	select {
	case <-done:
	case <-ctx.Done():
		var none T
		return none, 0, unreachable("the sign-in was given up before the identity provider answered", ctx.Err())
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.held()
}
