//go:build !client

package cli

import "testing"

func TestCheckpointNote(t *testing.T) {
	for kept, want := range map[string]string{
		"ambit\n12\nroot=\n\n— ambit sig\n":                 "ambit\n12\nroot=\n\n— ambit sig\n",
		`{"note":"ambit\n12\n","public_key":"k","size":12}`: "ambit\n12\n",
		" \n" + `{"size":12,"note":"x"}`:                    "x",
	} {
		if got, err := checkpointNote([]byte(kept)); err != nil || got != want {
			t.Errorf("%q: got %q, %v", kept, got, err)
		}
	}
	for _, kept := range []string{`{}`, `{"note":`, `{"size":3}`} {
		if _, err := checkpointNote([]byte(kept)); err == nil {
			t.Errorf("%q counts as a checkpoint", kept)
		}
	}
}

// TestWhereSettles: the command line wins over the environment.
func TestWhereSettles(t *testing.T) {
	env := &Env{Getenv: func(name string) string {
		return map[string]string{"AMBIT_SERVER": "https://ambit.test", "AMBIT_DATA": "/from/env"}[name]
	}}
	for given, want := range map[where]where{
		{}:                         {Data: "/from/env", Server: "https://ambit.test"},
		{Data: "/d"}:               {Data: "/d"},
		{Server: "https://x.test"}: {Data: "/from/env", Server: "https://x.test"},
	} {
		w := given
		if w.settle(env); w != want {
			t.Errorf("%+v: got %+v, want %+v", given, w, want)
		}
	}
}

func TestDecideNeedsWhatItAsksAbout(t *testing.T) {
	for _, c := range []DecideCmd{{Action: "bogus"}, {Action: "shell.exec"}, {Action: "file.read", Command: "ls"}, {Action: "mcp.call"}} {
		if c.check() == nil {
			t.Errorf("%+v is taken for a question", c)
		}
	}
	for _, c := range []DecideCmd{{Action: "shell.exec", Command: "ls"}, {Action: "session.start"}, {Action: "web.fetch", URL: "https://x.test"}} {
		if err := c.check(); err != nil {
			t.Errorf("%+v: %v", c, err)
		}
	}
}
