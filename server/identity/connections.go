package identity

import (
	"context"
	"encoding/json"
	"maps"
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
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.people.Load().connections[c.ID] != nil {
		return &Error{"exists", "there is a connection " + c.ID + " already", "Choose another id."}
	}
	if err := cleanConnection(c); err != nil {
		return err
	}
	if err := s.people.Load().judgeFixedGroups(by, nil, c); err != nil {
		return err
	}
	row := &db.ConnectionRow{
		ID: c.ID, Kind: c.Kind, Name: c.Name, Stage: c.Stage, Testers: c.Testers, Domains: c.Domains, Config: string(c.Config), CreatedAt: s.now().UnixMilli(),
	}
	return s.writeConnection(ctx, by, c, row, address, "connection.created", func(tx *db.Tx) error { return db.InsertConnection(ctx, tx, row) })
}

// UpdateConnection changes name, testers, domains, configuration and secrets; the stage stays as it is at that moment, however
// long the caller took to check the configuration. Secrets that are left out stay as they are. Where people have accounts at
// the connection already, keeps may refuse a change that would give their accounts to others; nil keeps nothing.
func (s *Service) UpdateConnection(ctx context.Context, by *caller.Principal, c *caller.Connection, keeps func(have *caller.Connection) error, address string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	have, row, err := s.heldConnection(c.ID)
	if err != nil {
		return err
	}
	if c.Kind != have.Kind {
		return &Error{"conflict", "the connection was replaced by one of another kind in the meantime", "Look at it again, and repeat the change if it is still right."}
	}
	c.Stage = have.Stage
	if err := cleanConnection(c); err != nil {
		return err
	}
	if err := s.people.Load().judgeFixedGroups(by, have, c); err != nil {
		return err
	}
	if keeps != nil && s.people.Load().hasAccounts(c.ID) {
		if err := keeps(have); err != nil {
			return err
		}
	}
	row.Name, row.Testers, row.Domains, row.Config = c.Name, c.Testers, c.Domains, string(c.Config)
	return s.writeConnection(ctx, by, c, row, address, "connection.changed", func(tx *db.Tx) error { return db.UpdateConnection(ctx, tx, row) })
}

// ReplaceSecret sets one secret of a connection by what it is now, and leaves everything else as it is.
func (s *Service) ReplaceSecret(ctx context.Context, by *caller.Principal, id, name string, next func(now string) (string, error), address string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	have, row, err := s.heldConnection(id)
	if err != nil {
		return err
	}
	value, err := next(have.Secrets[name])
	if err != nil {
		return err
	}
	c := *have
	c.Secrets = map[string]string{name: value}
	return s.writeConnection(ctx, by, &c, row, address, "connection.changed", func(tx *db.Tx) error { return db.UpdateConnection(ctx, tx, row) })
}

// StageConnection promotes a connection or takes it back. What was opened through a connection that signs its person in no
// longer ends with it.
func (s *Service) StageConnection(ctx context.Context, by *caller.Principal, id, stage, address string) error {
	if !slices.Contains([]string{caller.StageDraft, caller.StageStaging, caller.StageLive, caller.StageDisabled}, stage) {
		return &Error{"invalid", "there is no stage " + stage, "Stages: draft, staging, live, disabled."}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	have, row, err := s.heldConnection(id)
	if err != nil {
		return err
	}
	c := *have
	c.Stage, row.Stage = stage, stage
	return s.writeConnection(ctx, by, &c, row, address, "connection.staged", func(tx *db.Tx) error { return db.StageConnection(ctx, tx, row) })
}

// heldConnection is a connection as it is now, with a row to change. s.mu is held.
func (s *Service) heldConnection(id string) (*caller.Connection, *db.ConnectionRow, error) {
	at := slices.IndexFunc(s.stored.connections, func(c db.ConnectionRow) bool { return c.ID == id })
	if at < 0 {
		return nil, nil, errNoConnection
	}
	row := s.stored.connections[at]
	return s.people.Load().connections[id], &row, nil
}

func (d *directory) hasAccounts(connection string) bool {
	for _, a := range d.accounts {
		if a.Connection == connection {
			return true
		}
	}
	return false
}

// writeConnection writes a connection with its event, ends what it signs nobody in to any more, and brings memory in line. s.mu
// is held.
func (s *Service) writeConnection(ctx context.Context, by *caller.Principal, c *caller.Connection, row *db.ConnectionRow, address, kind string, write func(*db.Tx) error) error {
	have := s.people.Load().connections[c.ID]
	row.UpdatedAt = s.now().UnixMilli()
	if err := s.sealSecrets(row, have, c); err != nil {
		return err
	}
	st := s.stored
	st.connections = slices.Clone(st.connections)
	at, found := slices.BinarySearchFunc(st.connections, row.ID, func(c db.ConnectionRow, id string) int { return strings.Compare(c.ID, id) })
	if found {
		st.connections[at] = *row
	} else {
		st.connections = slices.Insert(st.connections, at, *row)
	}
	event := changed(kind, by, address, "connection", c.ID, connectionView(have), connectionView(c))
	return s.changeWaysIn(ctx, by, address, &st, "the connection "+c.ID+" signs the person in no longer", []*audit.Event{event}, write)
}

// sealSecrets puts the secrets that a connection had, and those that are given, into its row.
func (s *Service) sealSecrets(row *db.ConnectionRow, have, c *caller.Connection) error {
	secrets := map[string]string{}
	if have != nil {
		maps.Copy(secrets, have.Secrets)
	}
	maps.Copy(secrets, c.Secrets)
	if len(secrets) == 0 {
		return nil
	}
	plain, err := json.Marshal(secrets)
	if err != nil {
		return err
	}
	row.Sealed = s.box.Seal(plain, connectionPurpose(c.ID))
	return nil
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
