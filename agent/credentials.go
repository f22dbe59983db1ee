package agent

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"time"
)

// Credentials is the content of the credential file, which only its owner may read.
type Credentials struct {
	Server    string    `json:"server"`
	Token     string    `json:"token,omitempty"`   // "": the sign-in has ended
	Refresh   string    `json:"refresh,omitempty"` // what the token is renewed with
	ExpiresAt time.Time `json:"expires_at,omitzero"`
	Person    string    `json:"person,omitempty"`
}

// CredentialFile is where the credential is kept.
func CredentialFile(getenv func(string) string) string {
	if dir := getenv("XDG_CONFIG_HOME"); filepath.IsAbs(dir) {
		return filepath.Join(dir, "ambit", "credentials.json")
	}
	dir, err := os.UserConfigDir()
	if err != nil {
		return ""
	}
	return filepath.Join(dir, "ambit", "credentials.json")
}

// readCredentials reads the credential file; a missing one is empty.
func readCredentials(getenv func(string) string) (Credentials, error) {
	var c Credentials
	name := CredentialFile(getenv)
	if name == "" {
		return c, nil
	}
	info, err := os.Stat(name)
	if os.IsNotExist(err) {
		return c, nil
	}
	if err != nil {
		return c, failf("make it readable for you", "%s can't be read", name)
	}
	if !private(info) {
		return c, failf("run `chmod 600 "+name+"`", "others can read your credential")
	}
	text, err := readSmall(name)
	if err != nil {
		return c, failf("make it readable for you", "%s can't be read", name)
	}
	if err := json.Unmarshal([]byte(text), &c); err != nil {
		return c, failf("remove it, then run `ambit login`", "%s is not the JSON that Ambit wrote", name)
	}
	return c, nil
}

// writeCredentials replaces the credential file at once: whoever reads it meanwhile sees the old one or the new one. It never
// lies in a repository, where it could be committed.
func writeCredentials(getenv func(string) string, c *Credentials) error {
	name := CredentialFile(getenv)
	if name == "" {
		return failf("set HOME or XDG_CONFIG_HOME", "there is no place for your credential")
	}
	dir := filepath.Dir(name)
	if tree, ok := FindWorkTree(dir); ok {
		return failf("set XDG_CONFIG_HOME to a folder outside of it", "your credential would lie in the repository %s", tree.Root)
	}
	text, err := json.MarshalIndent(c, "", "  ")
	if err != nil {
		return fmt.Errorf("write the credential file: %w", err)
	}
	if err := replaceFile(dir, name, append(text, '\n')); err != nil {
		return failf("make "+dir+" writable for you", "%s can't be written (%v)", name, err)
	}
	return nil
}

func replaceFile(dir, name string, text []byte) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	f, err := os.CreateTemp(dir, ".credentials-*") // 0600
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(f.Name()) }() // gone already where all went well
	_, err = f.Write(text)
	if err == nil {
		err = f.Sync()
	}
	if errClose := f.Close(); err == nil {
		err = errClose
	}
	if err != nil {
		return err
	}
	return os.Rename(f.Name(), name)
}

// removeCredentials forgets the sign-in.
func removeCredentials(getenv func(string) string) error {
	if err := os.Remove(CredentialFile(getenv)); err != nil && !os.IsNotExist(err) {
		return failf("remove it yourself", "%s can't be removed", CredentialFile(getenv))
	}
	return nil
}
