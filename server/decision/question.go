package decision

import (
	"fmt"
	"slices"
	"strings"

	"ambit/policy"
	"ambit/server/caller"
	"ambit/server/problem"
)

// The sources of a fact, as the ledger names them.
const (
	byServer = "server"
	byClient = "client"
)

// The provenance of an event's facts. Everything but the person comes from the client until a gateway vouches for more. The
// maps are shared by all events and never changed.
var (
	provenKnown   = provenance(byServer, byServer)
	provenOwn     = provenance(byServer, byClient)
	provenClaimed = provenance(byClient, byClient)
)

func provenance(actor, groups string) map[string]string {
	return map[string]string{
		"actor": actor, "groups": groups, "action": byClient, "agent": byClient, "repository": byClient, "cwd": byClient,
		"root": byClient, "paths": byClient, "correlation": byClient,
	}
}

// question makes an evaluation into a question about a person whom the caller may ask about.
func (s *Service) question(p *caller.Principal, e *evaluation, requestID string) (*question, error) {
	if err := e.complete(); err != nil {
		return nil, problem.New("invalid", err.Error(), "")
	}
	act, resolves, err := parseProperties(e.action.name, e.action.properties)
	if err != nil {
		return nil, problem.New("invalid", err.Error(), "")
	}
	q := &question{requestID: requestID, purpose: purposeEnforce}
	q.request.Action = act
	if err := s.about(q, p, e.subject); err != nil {
		return nil, err
	}
	if e.subject.typ != "user" {
		q.refused = unknownKind("subject", e.subject.typ, "user")
	}
	res := &q.request.Resource
	if e.resource.typ == "repository" {
		res.Repository = e.resource.id
	}
	res.Root, res.Cwd, res.Home, res.Tmp = e.resource.root, e.resource.cwd, e.resource.home, e.resource.tmp
	res.Platform, res.Resolves = e.resource.platform, resolves
	res.CaseSensitive = e.resource.caseSensitive
	if !e.resource.caseSensitives {
		res.CaseSensitive = res.Platform == "" || res.Platform == "linux"
	}
	if x := e.context; x != nil {
		q.request.Agent, q.agentID = x.agent, x.agentID
		q.session, q.toolUseID, q.promptID, q.prompt = x.session, x.toolUseID, x.promptID, x.prompt
		if x.purpose != "" {
			q.purpose = x.purpose
		}
	}
	if finding := unknownPlatform(res.Platform); finding != nil && q.refused == nil {
		q.refused = finding
	}
	return q, q.bounded()
}

func unknownKind(member, have, want string) *policy.Finding {
	return &policy.Finding{
		Control: "request", Rule: "unknown-" + member,
		Message: fmt.Sprintf("The %s type %q is unknown, so nobody can say what it may do.", member, have),
		Hint:    fmt.Sprintf("Use the %s type %q.", member, want),
	}
}

// about sets the person. A credential that is bound to a person asks only about that one; an unbound token, and whoever holds
// the control socket, about anyone. The directory's groups win: what a request says counts only for people it doesn't know.
func (s *Service) about(q *question, p *caller.Principal, who *subject) error {
	id := canonicalPerson(who.id)
	if p.Person != "" && p.Kind != caller.Local {
		if id != canonicalPerson(p.Person) {
			return problem.New("forbidden", "this credential asks only about "+p.Person,
				"Ask about that person, or use a token that isn't bound to anybody (`ambit token create --scope decide`).")
		}
		q.asker.own = true
	}
	q.asker.credential = p.Credential
	subject := &q.request.Subject
	subject.ID = id
	known := s.Directory.Person(id)
	switch {
	case known != nil && known.Disabled:
		q.refused = &policy.Finding{
			Control: "request", Rule: "disabled", Message: "The account of " + id + " is disabled.",
			Hint: "Ask your administrator.",
		}
		fallthrough
	case known != nil:
		subject.Groups, subject.GroupsKnown = known.Groups, !known.GroupsUnknown
		q.provenance = provenKnown
		q.account(p, known)
	case q.asker.own:
		// The token vouches for the person, nobody for groups: that is what its owner says about themselves.
		subject.Groups, subject.GroupsKnown = slices.Clone(p.Groups), true
		q.provenance = provenOwn
	default:
		// Whoever asks about somebody whom the directory doesn't know says which groups that person has: none, unless named.
		subject.Groups, subject.GroupsKnown = who.groups, true
		q.provenance = provenClaimed
	}
	return nil
}

// account says by which account the person asks: the credential's own, or the only one there is.
func (q *question) account(p *caller.Principal, person *caller.Person) {
	switch {
	case p.Connection != "":
		q.request.Subject.Connection, q.idpSubject = p.Connection, p.Subject
	case len(person.Accounts) == 1:
		q.request.Subject.Connection, q.idpSubject = person.Accounts[0].Connection, person.Accounts[0].Subject
	}
}

// canonicalPerson folds the case of an e-mail address, as the directory does; other ids are taken as they are.
func canonicalPerson(id string) string {
	id = strings.TrimSpace(id)
	if strings.Contains(id, "@") {
		return strings.ToLower(id)
	}
	return id
}
