package agent

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func credentialDir(t *testing.T, text string, mode os.FileMode) string {
	t.Helper()
	dir := t.TempDir()
	name := filepath.Join(dir, "ambit", "credentials.json")
	if err := os.MkdirAll(filepath.Dir(name), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(text), mode); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(name, mode); err != nil { // whatever the umask
		t.Fatal(err)
	}
	return dir
}

// TestFindConnection ensures the order flag, environment, file, and that a file's token stays with its server.
func TestFindConnection(t *testing.T) {
	file := credentialDir(t, `{"server":"https://file.test","token":"ambit_file"}`, 0o600)
	none := t.TempDir()
	for _, c := range []struct {
		name, flag, server, token, dir string
		want, wantToken, wantErr       string
	}{
		{"flag first", "https://flag.test", "https://env.test", "ambit_env", file, "https://flag.test", "ambit_env", ""},
		{"environment", "", "https://env.test", "ambit_env", file, "https://env.test", "ambit_env", ""},
		{"file", "", "", "", file, "https://file.test", "ambit_file", ""},
		{"file's token for its server", "https://FILE.test/", "", "", file, "https://FILE.test", "ambit_file", ""},
		{"file's token for no other", "https://flag.test", "", "", file, "", "", "no token for flag.test"},
		{"file's server, own token", "", "", "ambit_env", file, "https://file.test", "ambit_env", ""},
		{"nothing", "", "", "", none, "", "", "no server is set"},
		{"no token", "http://127.0.0.1:8420", "", "", none, "", "", "no token"},
		{"token with line break", "http://127.0.0.1:8420", "", "a\nb", none, "", "", "no token has"},
		{"loopback", "http://localhost:8420", "", "a", none, "http://localhost:8420", "a", ""},
		{"loopback 6", "http://[::1]:8420", "", "a", none, "http://[::1]:8420", "a", ""},
		{"http elsewhere", "http://10.0.0.1:8420", "", "a", none, "", "", "in the clear"},
		{"localhost.evil", "http://localhost.evil.test", "", "a", none, "", "", "in the clear"},
		{"no scheme", "ambit.test", "", "a", none, "", "", "is not one"},
		{"readable by others", "", "", "", credentialDir(t, `{}`, 0o644), "", "", "chmod 600"},
		{"broken file", "", "", "", credentialDir(t, `{`, 0o600), "", "", "not the JSON"},
	} {
		env := map[string]string{"AMBIT_SERVER": c.server, "AMBIT_TOKEN": c.token, "XDG_CONFIG_HOME": c.dir}
		got, err := FindConnection(c.flag, func(k string) string { return env[k] })
		switch {
		case c.wantErr != "":
			var f *failure
			if !errors.As(err, &f) || !strings.Contains(f.cause+f.remedy, c.wantErr) {
				t.Errorf("%s: got %v", c.name, err)
			}
		case err != nil:
			t.Errorf("%s: %v", c.name, err)
		case got.Server.String() != c.want || got.Token != c.wantToken:
			t.Errorf("%s: got %s %s", c.name, got.Server, got.Token)
		}
	}
}
