package sso

import (
	"encoding/json"
	"errors"
	"testing"

	"ambit/server/caller"
	"ambit/server/identity/idp"
)

// connections is a directory that knows connections only.
type connections struct {
	Directory
	byID map[string]*caller.Connection
}

func (c connections) Connection(id string) *caller.Connection { return c.byID[id] }

// TestOnlyAConnectionThatIsGoneRefuses ensures that settings which can't be read sign nobody's agents out.
func TestOnlyAConnectionThatIsGoneRefuses(t *testing.T) {
	broken := &caller.Connection{ID: "broken", Kind: caller.KindOIDC, Config: json.RawMessage(`{"oidc":{"issuer":"nonsense"}}`)}
	s := &Service{Options: Options{Directory: connections{byID: map[string]*caller.Connection{"broken": broken}}}, providers: map[string]*provider{}}
	for id, want := range map[string]string{"gone": idp.ReasonRevoked, "broken": idp.ReasonConfiguration} {
		_, err := s.Recheck(t.Context(), id, "token", "1")
		var r *idp.Refusal
		if !errors.As(err, &r) || r.Reason != want {
			t.Errorf("%s: got %v, want the reason %s", id, err, want)
		}
	}
}
