package identity

import (
	"context"
	"encoding/json"
	"regexp"
	"slices"
	"strings"

	"ambit/audit"
	"ambit/db"
	"ambit/server/caller"
)

var slug = regexp.MustCompile(`^[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?$`)

var errNoConnection = &Error{"not_found", "there is no such connection", "The console lists the connections under Sign-in."}

// Connections returns all connections, by id. The slice is shared: don't change it.
func (s *Service) Connections() []caller.Connection { return s.people.Load().ordered }

// Connection finds a connection by its id; nil where there is none. Don't change it.
func (s *Service) Connection(id string) *caller.Connection { return s.people.Load().connections[id] }

// CreateConnection adds a connection as a draft. Its configuration was checked by the caller.
func (s *Service) CreateConnection(ctx context.Context, by *caller.Principal, c *caller.Connection, address string) error {
	if !slug.MatchString(c.ID) {
		return invalid("the id %q stands in URLs: use 1 to 40 lower-case letters, digits and hyphens", c.ID)
	}
	c.Stage = caller.StageDraft
	return s.changeConnection(ctx, by, c, address, "connection.created", true)
}

// UpdateConnection changes name, testers, domains, configuration and secrets. Secrets that are left out stay as they are.
func (s *Service) UpdateConnection(ctx context.Context, by *caller.Principal, c *caller.Connection, address string) error {
	return s.changeConnection(ctx, by, c, address, "connection.changed", false)
}

// StageConnection promotes a connection or takes it back. What was opened through a connection that signs its person in no
// longer ends at once.
func (s *Service) StageConnection(ctx context.Context, by *caller.Principal, id, stage, address string) error {
	if !slices.Contains([]string{caller.StageDraft, caller.StageStaging, caller.StageLive, caller.StageDisabled}, stage) {
		return &Error{"invalid", "there is no stage " + stage, "Stages: draft, staging, live, disabled."}
	}
	have := s.Connection(id)
	if have == nil {
		return errNoConnection
	}
	c := *have
	c.Stage = stage
	return s.changeConnection(ctx, by, &c, address, "connection.staged", false)
}

// changeConnection writes a connection and brings memory in line, sessions and credentials included.
func (s *Service) changeConnection(ctx context.Context, by *caller.Principal, c *caller.Connection, address, kind string, isNew bool) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	have := s.people.Load().connections[c.ID]
	if isNew == (have != nil) {
		if isNew {
			return &Error{"exists", "there is a connection " + c.ID + " already", "Choose another id."}
		}
		return errNoConnection
	}
	if err := cleanConnection(c); err != nil {
		return err
	}
	now := s.now().UnixMilli()
	row := db.ConnectionRow{
		ID: c.ID, Kind: c.Kind, Name: c.Name, Stage: c.Stage, Testers: c.Testers, Domains: c.Domains, Config: string(c.Config), CreatedAt: now, UpdatedAt: now,
	}
	secrets := map[string]string{}
	if have != nil {
		for name, value := range have.Secrets {
			secrets[name] = value
		}
	}
	for name, value := range c.Secrets {
		secrets[name] = value
	}
	if len(secrets) > 0 {
		plain, err := json.Marshal(secrets)
		if err != nil {
			return err
		}
		row.Sealed = s.box.Seal(plain, connectionPurpose(c.ID))
	}
	err := s.commit(ctx, func(tx *db.Tx) ([]*audit.Event, error) {
		event := changed(kind, by, address, "connection", c.ID, connectionView(have), connectionView(c))
		if isNew {
			return []*audit.Event{event}, db.InsertConnection(ctx, tx, &row)
		}
		return []*audit.Event{event}, db.UpdateConnection(ctx, tx, &row)
	})
	if err != nil {
		return err
	}
	return s.reloadPeople(ctx)
}

// DeleteConnection removes a connection. Its accounts stay for the records and sign nobody in.
func (s *Service) DeleteConnection(ctx context.Context, by *caller.Principal, id, address string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	have := s.people.Load().connections[id]
	if have == nil {
		return errNoConnection
	}
	if have.Stage == caller.StageLive {
		return &Error{"conflict", "the connection is live", "Disable it first; then nobody who is signed in through it stays so."}
	}
	err := s.commit(ctx, func(tx *db.Tx) ([]*audit.Event, error) {
		return []*audit.Event{changed("connection.deleted", by, address, "connection", id, connectionView(have), nil)}, db.DeleteConnection(ctx, tx, id)
	})
	if err != nil {
		return err
	}
	return s.reloadPeople(ctx)
}

// cleanConnection brings names, testers and domains into their one form. Two connections may vouch for the same domain: that is
// for the admin to say.
func cleanConnection(c *caller.Connection) (err error) {
	if c.Name, err = cleanName(c.Name); err != nil {
		return err
	}
	if !slices.Contains([]string{caller.KindOIDC, caller.KindSAML, caller.KindWorkload}, c.Kind) {
		return &Error{"invalid", "there is no kind of connection " + c.Kind, "Kinds: oidc, saml, workload."}
	}
	for i, d := range c.Domains {
		d = strings.ToLower(strings.TrimPrefix(strings.TrimSpace(d), "@"))
		if !strings.Contains(d, ".") || len(d) > 253 || strings.ContainsAny(d, "/@*? \t\r\n") {
			return &Error{"invalid", "domains: " + strings.TrimSpace(d) + " is not an e-mail domain", "Write whole domains such as acme.test, without * and @."}
		}
		c.Domains[i] = d
	}
	for i, t := range c.Testers {
		t = strings.ToLower(strings.TrimSpace(t))
		if t == "" || len(t) > 255 {
			return invalid("testers: name e-mail addresses or subjects, up to 255 characters each")
		}
		c.Testers[i] = t
	}
	if len(c.Testers) > 500 || len(c.Domains) > 200 {
		return invalid("at most 500 testers and 200 domains")
	}
	if len(c.Config) == 0 {
		c.Config = json.RawMessage("{}")
	}
	return nil
}

// connectionView is what the ledger keeps of a connection: everything but the secrets, of which it names those that are set.
func connectionView(c *caller.Connection) any {
	if c == nil {
		return nil
	}
	var set []string
	for name := range c.Secrets {
		set = append(set, name)
	}
	slices.Sort(set)
	return struct {
		Kind    string          `json:"kind"`
		Name    string          `json:"name"`
		Stage   string          `json:"stage"`
		Testers []string        `json:"testers,omitempty"`
		Domains []string        `json:"domains,omitempty"`
		Config  json.RawMessage `json:"config"`
		Secrets []string        `json:"secrets_set,omitempty"`
	}{c.Kind, c.Name, c.Stage, c.Testers, c.Domains, c.Config, set}
}
