//go:build !client

package cli

// where names the installation that a verb speaks to.
type where struct {
	Data   string `default:"./ambit-data" env:"AMBIT_DATA" placeholder:"DIR" help:"Data folder of the installation (${default})."`
	Server string `env:"AMBIT_SERVER" placeholder:"URL" help:"Address of a running server instead; the token comes from AMBIT_TOKEN."`
}

func (w *where) open(env *Env) (*installation, error) { return openInstallation(env, w.Data, w.Server) }
