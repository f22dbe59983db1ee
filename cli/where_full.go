//go:build !client

package cli

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"ambit/db"
)

const defaultData = "./ambit-data"

// where names the installation that a verb speaks to. What stands on the command line wins over the environment: kong would
// fill both in, and AMBIT_SERVER in an engineer's profile would then hide --data.
type where struct {
	Data   string `placeholder:"DIR" help:"Data folder of the installation (AMBIT_DATA, or ./ambit-data)."`
	Server string `placeholder:"URL" help:"Address of a running server instead (AMBIT_SERVER); the token comes from AMBIT_TOKEN or the sign-in."`
}

func (w *where) open(env *Env) (*installation, error) {
	named := w.Data != "" || env.Getenv("AMBIT_DATA") != ""
	w.settle(env)
	if _, err := os.Stat(filepath.Join(w.Data, db.File)); w.Server == "" && !named && errors.Is(err, fs.ErrNotExist) {
		w.Server = machine(env).SignedInAt() // no installation here: whoever signed in means the server there
	}
	return openInstallation(env, w.Data, w.Server)
}

// create is open for the verbs that begin an installation; it says so when they do.
func (w *where) create(env *Env) (*installation, error) {
	w.settle(env)
	_, err := os.Stat(filepath.Join(w.Data, db.File))
	begins := w.Server == "" && errors.Is(err, fs.ErrNotExist)
	inst, err := createInstallation(env, w.Data, w.Server)
	if err == nil && begins {
		fmt.Fprintf(env.Err, "Began a new installation in %s; a server that runs elsewhere does not know of it.\n", w.Data)
	}
	return inst, err
}

// settle decides between flags, environment and default.
func (w *where) settle(env *Env) {
	if w.Data == "" && w.Server == "" {
		w.Server = env.Getenv("AMBIT_SERVER")
	}
	if w.Data == "" {
		w.Data = env.Getenv("AMBIT_DATA")
	}
	if w.Data == "" {
		w.Data = defaultData
	}
}
