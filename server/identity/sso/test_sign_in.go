package sso

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/gofiber/fiber/v2"

	"ambit/server/identity"
	"ambit/server/identity/idp"
)

// TestResult is what a test sign-in received and what it would have led to.
type TestResult struct {
	ID         string
	Connection string
	At         time.Time
	Claims     map[string]any // any: as received, whatever the provider sends
	Subject    string
	Email      string
	Name       string
	Preview    identity.Preview
	Tier       string // permission tier; "" is none
	HasPolicy  bool
	Notes      []idp.Note
	Refused    *idp.Refusal // why not even the claims could be believed; then nothing above is set

	admin string
}

const (
	testLife = time.Hour
	maxTests = 200
)

// tests holds the results of test sign-ins for the admin who made them. They hold personal data: memory only, for an hour.
type tests struct {
	mu   sync.Mutex
	byID map[string]*TestResult
}

func newTests() tests { return tests{byID: map[string]*TestResult{}} }

// tested keeps what a test sign-in showed and leads the admin back to it. It signs nobody in.
func (s *Service) tested(c *fiber.Ctx, f *flow, claims *idp.Claims, notes []idp.Note, refused *idp.Refusal) error {
	r := &TestResult{ID: f.id[:22], Connection: f.connection, At: s.Now(), Notes: notes, Refused: refused, admin: f.admin}
	if claims != nil {
		r.Claims, r.Subject, r.Email, r.Name = claims.Raw, claims.Subject, claims.Email, claims.Name
		r.Preview = s.Directory.Preview(f.connection, claims)
		r.Notes = append(r.Notes, droppedNote(r.Preview.Dropped)...)
		r.Tier, r.HasPolicy = s.TierOf(r.Preview.User, r.Preview.Groups, r.Preview.GroupsKnown)
	}
	s.tests.add(r)
	return c.Redirect("/connections/"+url.PathEscape(f.connection)+"?test="+r.ID, http.StatusSeeOther)
}

// droppedNote tells of groups that arrived and don't count.
func droppedNote(dropped []string) []idp.Note {
	if len(dropped) == 0 {
		return nil
	}
	const most = 20
	names := strings.Join(dropped[:min(most, len(dropped))], ", ")
	if more := len(dropped) - most; more > 0 {
		names += fmt.Sprintf(" and %d more", more)
	}
	return []idp.Note{{
		Field: "accounts.accepted_groups", Message: "These groups arrived and don't count, because the connection isn't trusted with them: " + names + ".",
		Hint: "Add those that this identity provider may speak for to accepted_groups.",
	}}
}

func (t *tests) add(r *TestResult) {
	t.mu.Lock()
	defer t.mu.Unlock()
	oldest := r
	for id, have := range t.byID {
		if r.At.Sub(have.At) > testLife {
			delete(t.byID, id)
		} else if have.At.Before(oldest.At) {
			oldest = have
		}
	}
	if len(t.byID) >= maxTests {
		delete(t.byID, oldest.ID)
	}
	t.byID[r.ID] = r
}

// TestResult finds the result of a test sign-in that this admin made; nil where there is none any more.
func (s *Service) TestResult(admin, connection, id string) *TestResult {
	s.tests.mu.Lock()
	defer s.tests.mu.Unlock()
	r := s.tests.byID[id]
	if r == nil || r.admin != admin || r.Connection != connection || s.Now().Sub(r.At) > testLife {
		return nil
	}
	return r
}
