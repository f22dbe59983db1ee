package agent

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"time"
)

// errLocked says that another process holds the lock.
var errLocked = errors.New("locked")

// lockCredentials keeps other processes of this user from renewing the sign-in at the same time. The lock goes with the process,
// so that a crash leaves none behind. It is a file of its own, because the credential file is replaced.
func lockCredentials(ctx context.Context, getenv func(string) string) (unlock func(), err error) {
	name := CredentialFile(getenv)
	if name == "" {
		return nil, failf("set HOME or XDG_CONFIG_HOME", "there is no place for your credential")
	}
	if err := os.MkdirAll(filepath.Dir(name), 0o700); err != nil {
		return nil, failf("make "+filepath.Dir(name)+" writable for you", "your credential can't be locked (%v)", err)
	}
	f, err := os.OpenFile(filepath.Join(filepath.Dir(name), "credentials.lock"), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, failf("make "+filepath.Dir(name)+" writable for you", "your credential can't be locked (%v)", err)
	}
	for {
		err := lockFile(f)
		if err == nil {
			return func() { _ = f.Close() }, nil
		}
		if !errors.Is(err, errLocked) {
			_ = f.Close()
			return nil, failf("tell your administrator", "your credential can't be locked (%v)", err)
		}
		select {
		case <-ctx.Done():
			_ = f.Close()
			return nil, failf("try again", "another process is renewing your sign-in and does not finish")
		case <-time.After(10 * time.Millisecond): // the system offers no wait that a deadline ends
		}
	}
}
