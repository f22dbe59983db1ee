package sso

import (
	"context"
	"encoding/json"
	"fmt"

	"ambit/server/caller"
	"ambit/server/identity/idp"
	"ambit/server/identity/saml"
	"ambit/server/problem"
)

// Problems are findings about a configuration, each with the field it is about.
type Problems []*idp.Refusal

// Error is the first finding.
func (p Problems) Error() string { return p[0].Error() }

// Code says that the request is at fault.
func (p Problems) Code() string { return "unprocessable" }

// Hint is the first finding's remedy.
func (p Problems) Hint() string { return p[0].Remedy }

// ProblemList is for the answer's "problems" member.
func (p Problems) ProblemList() any {
	type finding struct {
		Field   string `json:"field"`
		Message string `json:"message"`
		Hint    string `json:"hint,omitempty"`
	}
	list := make([]finding, len(p))
	for i, r := range p {
		list[i] = finding{r.Field, r.Message, r.Remedy}
	}
	return list
}

// Create adds a connection as a draft. A SAML connection gets keys of its own.
func (s *Service) Create(ctx context.Context, by *caller.Principal, c *caller.Connection, address string) error {
	if err := s.checked(ctx, c); err != nil {
		return err
	}
	if c.Kind == caller.KindSAML {
		pair, err := saml.GenerateKeys(s.Rand, s.Now())
		if err != nil {
			return err
		}
		keys, err := writeKeys(saml.Keys{Current: pair})
		if err != nil {
			return err
		}
		c.Secrets = map[string]string{secretSAMLKeys: keys}
	}
	return s.Directory.CreateConnection(ctx, by, c, address)
}

// Update changes what an admin may change. Secrets that are left out stay as they are, and so does who vouches for people once
// they have accounts.
func (s *Service) Update(ctx context.Context, by *caller.Principal, c *caller.Connection, address string) error {
	have := s.Directory.Connection(c.ID)
	if have == nil {
		return errNoConnection
	}
	c.Kind = have.Kind
	if err := s.checked(ctx, c); err != nil {
		return err
	}
	return s.Directory.UpdateConnection(ctx, by, c, func(have *caller.Connection) error { return keepsIdentity(have, c) }, address)
}

// checked reads the configuration and the addresses in it, and lets an admin set only the secrets that are theirs to set.
func (s *Service) checked(ctx context.Context, c *caller.Connection) error {
	cfg, found := ParseConfig(c.Kind, c.Config)
	if len(found) > 0 {
		return Problems(found)
	}
	for name := range c.Secrets {
		if name != secretClient || c.Kind != caller.KindOIDC {
			return problem.New("invalid", "this kind of connection has no secret "+name, "An OIDC connection has client_secret.")
		}
	}
	if cfg.OIDC != nil {
		if r := cfg.OIDC.CheckSecret(s.secretOf(c)); r != nil {
			found = append(found, r)
		}
	}
	for field, address := range cfg.addresses() {
		if err := s.Networks.CheckURL(ctx, address); err != nil {
			found = append(found, idp.Refuse(idp.ReasonConfiguration, err.Error(), "Enter an address that this server may reach.").About(field))
		}
	}
	if len(found) > 0 {
		return Problems(found)
	}
	normal, err := json.Marshal(cfg)
	if err != nil {
		return fmt.Errorf("write the configuration: %w", err)
	}
	c.Config = normal
	return nil
}

// secretOf is the client secret that counts after a change: the one given, or the one there is.
func (s *Service) secretOf(c *caller.Connection) string {
	if secret, given := c.Secrets[secretClient]; given {
		return secret
	}
	if have := s.Directory.Connection(c.ID); have != nil {
		return have.Secrets[secretClient]
	}
	return ""
}

// addresses are what the server will connect to, by field.
func (c *Config) addresses() map[string]string {
	all := map[string]string{}
	if c.OIDC != nil {
		all["oidc.issuer"] = c.OIDC.Issuer
	}
	if c.Workload != nil {
		all["workload.issuer"] = c.Workload.Issuer
	}
	if c.SAML != nil && c.SAML.MetadataURL != "" {
		all["saml.metadata_url"] = c.SAML.MetadataURL
	}
	return all
}

// Stage promotes a connection or takes it back.
func (s *Service) Stage(ctx context.Context, by *caller.Principal, id, stage, address string) error {
	return s.Directory.StageConnection(ctx, by, id, stage, address)
}

// Delete removes a connection that is not live.
func (s *Service) Delete(ctx context.Context, by *caller.Principal, id, address string) error {
	return s.Directory.DeleteConnection(ctx, by, id, address)
}

// Inspect asks the identity provider what it is, for the admin to see before anybody signs in.
func (s *Service) Inspect(ctx context.Context, id string) ([]idp.Note, error) {
	p, err := s.providerOf(id)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, outside)
	defer cancel()
	if p.saml != nil {
		defer s.keepMetadata(ctx, p)
		return p.saml.Inspect(ctx)
	}
	return p.oidc.Inspect(ctx)
}

// RollKeys replaces a SAML connection's own keys in two steps: the first publishes new ones beside the old, the second, after
// the identity provider has them, drops the old.
func (s *Service) RollKeys(ctx context.Context, by *caller.Principal, id, address string) error {
	have := s.Directory.Connection(id)
	if have == nil {
		return errNoConnection
	}
	if have.Kind != caller.KindSAML {
		return problem.New("invalid", "only a SAML connection has keys of its own", "")
	}
	pair, err := saml.GenerateKeys(s.Rand, s.Now()) // it takes time, so it is made before anything is held
	if err != nil {
		return err
	}
	return s.Directory.ReplaceSecret(ctx, by, id, secretSAMLKeys, func(now string) (string, error) {
		keys, err := readKeys(now)
		if err != nil {
			return "", err
		}
		if keys.Next != nil {
			keys.Current, keys.Next = *keys.Next, nil
		} else {
			keys.Next = &pair
		}
		return writeKeys(keys)
	}, address)
}

func writeKeys(keys saml.Keys) (string, error) {
	text, err := json.Marshal(keys)
	if err != nil {
		return "", fmt.Errorf("write the connection's keys: %w", err)
	}
	return string(text), nil
}
