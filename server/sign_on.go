package server

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"ambit/server/caller"
	"ambit/server/console"
	"ambit/server/identity/idp"
	"ambit/server/identity/sso"
)

// signOn puts single sign-on into the console's words.
type signOn struct {
	*sso.Service
	lives Lives
}

// Lives says how long agents' credentials live.
type Lives interface {
	CredentialSettings() caller.CredentialSettings
}

// SignOn hands single sign-on to the console.
func SignOn(s *sso.Service, lives Lives) console.SignOn { return signOn{s, lives} }

func (s signOn) Choices(email string) []console.Choice {
	found := s.Service.Choices(email)
	list := make([]console.Choice, len(found))
	for i, c := range found {
		list[i] = console.Choice(c)
	}
	return list
}

func (s signOn) Departure(id string) console.Departure {
	d := s.Service.Departure(id, time.Duration(s.lives.CredentialSettings().AccessMinutes)*time.Minute)
	return console.Departure{Console: int64(d.Console / time.Second), Agents: int64(d.Agents / time.Second), Signals: d.Signals, Shorten: d.Shorten}
}

func (s signOn) URLs(id string) console.ConnectionURLs {
	u := s.Service.URLs(id)
	return console.ConnectionURLs{
		Callback: u.Callback, BackChannelLogout: u.BackChannelLogout, PostLogout: u.PostLogout, EntityID: u.EntityID, ACS: u.ACS, SCIM: u.SCIM,
	}
}

func (s signOn) Provisions(id string) bool { return s.Directory.SCIMActive(id) }

func (s signOn) Inspect(ctx context.Context, id string) ([]console.Finding, error) {
	notes, err := s.Service.Inspect(ctx, id)
	var refusal *idp.Refusal
	if errors.As(err, &refusal) { // whatever is wrong there, it is the configuration that is refused, not the admin
		return nil, sso.Problems{refusal}
	}
	return findings(notes), err
}

func (s signOn) TestSignIn(admin, connection, id string) *console.TestSignIn {
	r := s.TestResult(admin, connection, id)
	if r == nil {
		return nil
	}
	t := &console.TestSignIn{ID: r.ID, At: r.At.UTC(), Notes: findings(r.Notes)}
	if r.Refused != nil {
		refused := finding(r.Refused)
		t.Refused = &refused
		return t
	}
	claims, err := json.Marshal(r.Claims)
	if err != nil {
		claims = nil // cannot happen: claims were JSON or text
	}
	p := &r.Preview
	t.Subject, t.Email, t.Name, t.Claims, t.Tier, t.HasPolicy = r.Subject, r.Email, r.Name, claims, r.Tier, r.HasPolicy
	t.User, t.NewPerson, t.EmailProven, t.Groups, t.GroupsKnown = p.User, p.NewPerson, p.EmailProven, p.Groups, p.GroupsKnown
	t.Roles, t.Repositories, t.Duplicates = p.Roles, p.Repositories, p.Duplicates
	for _, problem := range p.Problems {
		t.Problems = append(t.Problems, finding(problem))
	}
	return t
}

func finding(r *idp.Refusal) console.Finding {
	return console.Finding{Field: r.Field, Message: r.Message, Hint: r.Remedy}
}

func findings(notes []idp.Note) []console.Finding {
	list := make([]console.Finding, len(notes))
	for i, n := range notes {
		list[i] = console.Finding(n)
	}
	return list
}
