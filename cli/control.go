//go:build !client

package cli

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"time"
)

// installation is whatever a verb reads or changes: a server by its URL, the server that holds a data folder, or the folder
// itself, opened by this process. All three are the same HTTP API.
type installation struct {
	ctx    context.Context // kept for Close, which verbs defer
	client *apiClient
	folder *folder
	parts  *parts
}

// lockWait is how long a verb waits for another verb, or for a server that is just starting, before it gives up.
const lockWait = 5 * time.Second

// openInstallation opens an installation that exists already.
func openInstallation(env *Env, data, serverURL string) (*installation, error) {
	return openOrCreate(env, data, serverURL, false)
}

// createInstallation opens an installation, creating a missing data folder.
func createInstallation(env *Env, data, serverURL string) (*installation, error) {
	return openOrCreate(env, data, serverURL, true)
}

func openOrCreate(env *Env, data, serverURL string, create bool) (*installation, error) {
	if serverURL != "" {
		client, err := remoteClient(env, serverURL)
		if err != nil {
			return nil, err
		}
		return &installation{client: client}, nil
	}
	// The clock here is the real one: it measures a wait, no event gets its time from it.
	for deadline := time.Now().Add(lockWait); ; {
		f, err := openFolder(data, create)
		if err == nil {
			return openOwn(env, f)
		}
		var held *heldError
		if !errors.As(err, &held) {
			return nil, err
		}
		if conn, errDial := dialControl(env.Ctx, data); errDial == nil {
			_ = conn.Close()
			return &installation{client: socketClient(data)}, nil
		}
		if time.Now().After(deadline) {
			return nil, err
		}
		select {
		case <-env.Ctx.Done():
			return nil, env.Ctx.Err()
		case <-time.After(50 * time.Millisecond):
		}
	}
}

func socketClient(dir string) *apiClient {
	transport := &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) { return dialControl(ctx, dir) }}
	return &apiClient{base: "http://localhost", http: &http.Client{Transport: transport}}
}

// openOwn serves the folder's own API inside this process.
func openOwn(env *Env, f *folder) (*installation, error) {
	p, err := openParts(env, options{
		dir: f.dir, public: &url.URL{Scheme: "http", Host: "localhost"}, log: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		return nil, errors.Join(err, f.close())
	}
	transport := &http.Transport{DialContext: p.server.InProcess()}
	client := &apiClient{base: "http://localhost", http: &http.Client{Transport: transport}}
	return &installation{ctx: env.Ctx, client: client, folder: f, parts: p}, nil
}

// Client speaks to the installation.
func (i *installation) Client() *apiClient { return i.client }

// Close ends what this process opened. Its error says that something may not have been written.
func (i *installation) Close() error {
	i.client.http.CloseIdleConnections()
	if i.parts == nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(i.ctx), closeTimeout)
	defer cancel()
	if err := errors.Join(i.parts.server.Shutdown(ctx), i.parts.close(ctx), i.folder.close()); err != nil {
		return fmt.Errorf("close the data folder: %w", err)
	}
	return nil
}
