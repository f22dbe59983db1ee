//go:build client

package cli

// where names the installation that a verb speaks to.
type where struct {
	Server string `env:"AMBIT_SERVER" placeholder:"URL" help:"Address of the server; the token comes from AMBIT_TOKEN or the sign-in."`
}

// installation is a server by its URL: the client program opens no data folders.
type installation struct{ client *apiClient }

func (w *where) open(env *Env) (*installation, error) {
	if w.Server == "" {
		w.Server = machine(env).SignedInAt()
	}
	if w.Server == "" {
		return nil, &adviceError{"no server is named", "Run `ambit login --server URL`, or set AMBIT_SERVER"}
	}
	client, err := remoteClient(env, w.Server)
	if err != nil {
		return nil, err
	}
	return &installation{client}, nil
}

// Client speaks to the server.
func (i *installation) Client() *apiClient { return i.client }

// Close has nothing to end here.
func (i *installation) Close() error { return nil }
