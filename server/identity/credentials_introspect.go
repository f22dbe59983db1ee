package identity

import (
	"context"
	"errors"
	"strings"

	"ambit/server/caller"
)

// Introspect tells about a credential of an agent that counts (RFC 7662); ok is false for everything else.
func (s *Service) Introspect(ctx context.Context, secret string) (is caller.Introspection, ok bool, err error) {
	key := hashOf(secret)
	var f *family
	switch {
	case isAgentSecret(secret):
		if _, err := s.agentBearer(key); err != nil {
			return is, false, nil //nolint:nilerr // it doesn't count: that is the answer
		}
		c, found := s.credentials.find(key)
		if !found {
			return is, false, nil
		}
		f, is.Kind, is.Scopes, is.ExpiresAt = c.family, "access", agentScopes, timeOf(c.end)
		if c.hook {
			is.Kind, is.Scopes, is.ExpiresAt = "hook", hookScopes, timeOf(f.end.Load())
		}
	case strings.HasPrefix(secret, refreshPrefix):
		found, row, err := s.refreshFamily(ctx, key)
		if err != nil || row.UsedAt != 0 {
			return is, false, unlessRefused(err)
		}
		f, is.Kind, is.Scopes, is.ExpiresAt = found, "refresh", agentScopes, timeOf(found.end.Load())
	default:
		return is, false, nil
	}
	p := f.agent.Load()
	if p == nil {
		return is, false, nil
	}
	is.Family, is.PersonID, is.Person = p.Credential, p.ID, p.Person
	s.mu.Lock()
	is.IssuedAt = timeOf(f.row.CreatedAt)
	s.mu.Unlock()
	return is, true, nil
}

// unlessRefused lets through what went wrong on our side.
func unlessRefused(err error) error {
	var refusal *GrantError
	if errors.As(err, &refusal) {
		return nil
	}
	return err
}
