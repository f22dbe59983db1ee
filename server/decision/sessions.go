package decision

import (
	"container/list"
	"strings"
	"sync"

	"ambit/policy"
)

// maxSessions bounds how many agent sessions are remembered; the one that was silent for longest is forgotten first. Of one
// person's no more than maxOwnSessions are, so that nobody can have other people's forgotten.
const (
	maxSessions    = 20_000
	maxOwnSessions = 1_000
)

// sessions remembers what is fixed when a session is first seen: whose it is, where it is rooted, in which repository, home and temporary
// folder. An agent that moves to another folder takes $REPO nowhere, and one that changes its environment none of them. Memory only: after a restart a session is seen for the first time again.
type sessions struct {
	mu     sync.Mutex
	max    int
	maxOwn int
	byID   map[string]*session
	order  *list.List            // of *session, the most recent in front
	own    map[string]*list.List // the same by person
}

type session struct {
	id, person string
	first      policy.Resource // where it was first seen, as the client reported it
	root       string          // $REPO under the policy of that version
	version    int64
	silent     int // calls in a row that may have run, and of which no result came
	told       bool
	inAll      *list.Element
	inOwn      *list.Element
}

func newSessions(limit int) *sessions {
	return &sessions{
		max: limit, maxOwn: min(limit, maxOwnSessions), byID: map[string]*session{}, order: list.New(), own: map[string]*list.List{},
	}
}

// enter sets the places of a session, fixing them at first sight. It reports false where the session is another person's.
func (s *sessions) enter(id, person string, r *policy.Resource, p Policy, version int64) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	have, seen := s.byID[id]
	if !seen {
		// The strings may be parts of a whole request body, which must not stay in memory with them.
		have = &session{id: strings.Clone(id), person: strings.Clone(person), first: policy.Resource{
			Root: strings.Clone(r.Root), ResolvedRoot: strings.Clone(r.ResolvedRoot), Cwd: strings.Clone(r.Cwd),
			Home: strings.Clone(r.Home), ResolvedHome: strings.Clone(r.ResolvedHome), Platform: strings.Clone(r.Platform),
			Tmp: strings.Clone(r.Tmp), ResolvedTmp: strings.Clone(r.ResolvedTmp), Repository: strings.Clone(r.Repository),
			CaseSensitive: r.CaseSensitive, Resolves: r.Resolves,
		}, version: -1}
		s.add(have)
	}
	if have.person != person {
		return false
	}
	s.order.MoveToFront(have.inAll)
	s.own[person].MoveToFront(have.inOwn)
	if have.version != version {
		have.root, have.version = p.SessionRoot(have.first.Root, have.first), version
	}
	setRoot(r, have.root, &have.first)
	setPlaces(r, &have.first)
	return true
}

// silentAfter is how many calls in a row may run without one result before a session counts as silent: more than an agent has
// under way at once.
const silentAfter = 50

// unreported counts a call that may run. It reports true when the session becomes silent, for the first time.
func (s *sessions) unreported(id string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	have := s.byID[id]
	if have == nil {
		return false
	}
	have.silent++
	if have.silent < silentAfter || have.told {
		return false
	}
	have.told = true
	return true
}

// reported notes that a result came.
func (s *sessions) reported(id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if have := s.byID[id]; have != nil {
		have.silent = 0
	}
}

// add remembers a session and forgets the oldest where there are too many.
func (s *sessions) add(have *session) {
	own := s.own[have.person]
	if own == nil {
		own = list.New()
		s.own[have.person] = own
	}
	have.inAll, have.inOwn = s.order.PushFront(have), own.PushFront(have)
	s.byID[have.id] = have
	switch {
	case own.Len() > s.maxOwn:
		s.forget(own.Back())
	case s.order.Len() > s.max:
		s.forget(s.order.Back())
	}
}

func (s *sessions) forget(el *list.Element) {
	old := el.Value.(*session)
	s.order.Remove(old.inAll)
	delete(s.byID, old.id)
	own := s.own[old.person]
	if own.Remove(old.inOwn); own.Len() == 0 {
		delete(s.own, old.person)
	}
}

// setRoot puts the session's root in place of the request's. Where links lead from it counts only as first reported, and only
// for the root that it was reported for.
func setRoot(r *policy.Resource, root string, first *policy.Resource) {
	r.Root, r.ResolvedRoot = root, ""
	if root != "" && first.Root != "" {
		r.ResolvedRoot = first.ResolvedRoot
	}
}

// setPlaces makes unknown what the client says otherwise than at first. Where links lead counts only as first reported here too.
func setPlaces(r, first *policy.Resource) {
	if r.Repository != first.Repository {
		r.Repository = ""
	}
	if r.ResolvedHome = first.ResolvedHome; r.Home != first.Home {
		r.Home, r.ResolvedHome = "", ""
	}
	if r.ResolvedTmp = first.ResolvedTmp; r.Tmp != first.Tmp {
		r.Tmp, r.ResolvedTmp = "", ""
	}
}

// fixSession sets the request's places to the session's. What-ifs and questions without a session are judged by what they say
// themselves. Before a policy is published nothing is fixed, because nothing is allowed.
func (s *Service) fixSession(q *question, p Policy, version int64) *policy.Finding {
	if p == nil {
		return nil
	}
	r := &q.request.Resource
	if q.session == "" || q.purpose == purposeQuery {
		first := *r
		setRoot(r, p.SessionRoot(r.Root, first), &first)
		return nil
	}
	if !s.sessions.enter(q.session, q.request.Subject.ID, r, p, version) {
		return &policy.Finding{
			Control: "request", Rule: "session-owner",
			Message: "This session id belongs to another person's session.",
			Hint:    "Start a new session of your agent.",
		}
	}
	return nil
}
