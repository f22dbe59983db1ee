// Package console is the JSON API under /api/v1: what the console in the browser, scripts and the command line use.
// openapi.json describes it; a test holds the two together.
package console

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"maps"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gofiber/fiber/v2"

	"ambit/audit"
	"ambit/db"
	"ambit/policy"
	"ambit/server/caller"
)

// Identity knows people, sessions and tokens, and signs people in.
type Identity interface {
	NeedsSetup() bool
	PasskeysAvailable() bool
	Secure() bool
	CookieName() string
	StartSetup(ctx context.Context, token, address string) error
	CreateOwner(ctx context.Context, token string, want caller.NewOwner, address string) (caller.PendingOwner, error)
	ConfirmOwner(ctx context.Context, token string, proof caller.Proof, address string) (caller.SignedIn, []string, error)
	SignIn(ctx context.Context, email, password, address string) (caller.Challenge, error)
	VerifySignIn(ctx context.Context, challenge string, proof caller.Proof, oldCookie, address string) (caller.SignedIn, error)
	SignOut(ctx context.Context, cookie, address string) error
	DemoPeople() []caller.Person
	SignInDemo(ctx context.Context, email, oldCookie, address string) (caller.SignedIn, error)
	Tokens() []caller.Token
	CreateToken(ctx context.Context, by *caller.Principal, want caller.NewToken) (caller.Token, string, error)
	RevokeToken(ctx context.Context, by *caller.Principal, id, address string) error
}

// Ledger is the audit ledger.
type Ledger interface {
	Commit(ctx context.Context, change func(tx *db.Tx) ([]*audit.Event, error)) error
	Search(ctx context.Context, q audit.Query) (audit.Page, error)
	Get(ctx context.Context, id string) (json.RawMessage, error)
	Related(ctx context.Context, id string) ([]json.RawMessage, error)
	Export(ctx context.Context, w io.Writer, q audit.Query) (int64, error)
	ExportAfter(ctx context.Context, w io.Writer, q audit.Query, after int64) (int64, error)
	Subscribe() (events <-chan audit.Tailed, stop func())
	Counts(ctx context.Context, since time.Time, bucket time.Duration) ([]audit.Count, error)
	CountsOf(ctx context.Context, q audit.Query, bucket time.Duration) (audit.SearchCounts, error)
	ReadPrompt(ctx context.Context, id string) (string, error)
	Checkpoint(ctx context.Context) (audit.Checkpoint, error)
	PublicKey() string
	Verify(ctx context.Context, opt audit.VerifyOptions) (audit.Report, error)
	Backlog(ctx context.Context) (int64, error)
	Seq() int64
	Health() error
	NewID(prefix string) string
	Each(ctx context.Context, q audit.Query, after int64, fn func(event string) error) error
	Facets(ctx context.Context, q audit.Query) (audit.Facets, error)
	Sign(ctx context.Context) (audit.Checkpoint, error)
	ProveUnder(ctx context.Context, checkpoint string, seq int64) (audit.Proof, error)
	ProveTree(ctx context.Context, from, to string) (audit.TreeProof, error)
	RecordBackup(ctx context.Context, withKey bool, by audit.Actor) (audit.Checkpoint, error)
}

// Policies publishes policies and knows which one is in force.
type Policies interface {
	Current() (*policy.Policy, int64)
	Publish(ctx context.Context, by *caller.Principal, source, comment string, base int64) (int64, policy.Problems, error)
}

// PolicyVersion is one published version of the policy.
type PolicyVersion struct {
	Version     int64
	Source      string
	Comment     string
	PublishedBy string
	PublishedAt time.Time
}

// Trier judges an action without being an approval of it. body is a decision request; a nil draft stands for the
// published policy, and then the query is recorded and has an id.
type Trier interface {
	Try(ctx context.Context, by *caller.Principal, body []byte, draft *policy.Policy) (d policy.Decision, id string, version int64, err error)
}

// Deps are the parts that the API brings together.
type Deps struct {
	Identity     Identity
	Directory    Directory
	SignOn       SignOn
	Credentials  Credentials
	Provisioning Provisioning
	Ledger       Ledger
	Policies     Policies
	Retention    Retention
	Read         func() db.Queryer
	Versions     func(ctx context.Context) ([]PolicyVersion, error)              // newest first
	Source       func(ctx context.Context, version int64) (PolicyVersion, error) // code not_found
	Trier        Trier
	Sinks        Sinks
	Checks       func(ctx context.Context) []Check // what else getStatus reports; nil is nothing
	Live         func(p *caller.Principal) bool    // whether a caller's session or token still counts
	Now          func() time.Time
	Log          *slog.Logger
	Version      string // of Ambit
	DataDir      string
	Public       string // URL
	Demo         bool
}

// API holds the handlers.
type API struct {
	Deps
	started   time.Time
	packs     []pack
	tails     chan struct{} // one for every client that follows the ledger
	verifying sync.Mutex
	verified  atomic.Pointer[verification] // of the check that runs now
}

// New makes the API.
func New(d Deps) (*API, error) {
	if d.Identity == nil || d.Directory == nil || d.SignOn == nil || d.Credentials == nil || d.Provisioning == nil || d.Ledger == nil || d.Policies == nil ||
		d.Retention == nil || d.Read == nil || d.Versions == nil || d.Source == nil || d.Trier == nil || d.Sinks == nil || d.Live == nil || d.Now == nil || d.Log == nil {
		return nil, errors.New("make the console API: a part is missing")
	}
	packs, err := loadPacks()
	if err != nil {
		return nil, err
	}
	return &API{Deps: d, started: d.Now(), packs: packs, tails: make(chan struct{}, maxTails)}, nil
}

// Handlers are the endpoints by operation id, as in openapi.json.
func (a *API) Handlers() map[string]fiber.Handler {
	handlers := map[string]fiber.Handler{
		"getOpenAPI": a.getOpenAPI, "getStatus": a.getStatus,
		"getSession": a.getSession, "signIn": a.signIn, "verifySignIn": a.verifySignIn, "signOut": a.signOut, "demoSignIn": a.demoSignIn,
		"startSetup": a.startSetup, "createOwner": a.createOwner, "confirmOwner": a.confirmOwner, "setupPolicy": a.setupPolicy,
		"searchEvents": a.searchEvents, "reportEvents": a.reportEvents, "getEvent": a.getEvent, "readPrompt": a.readPrompt,
		"tailEvents": a.tailEvents, "summariseEvents": a.summariseEvents, "exportEvents": a.exportEvents,
		"getCheckpoint": a.getCheckpoint, "verifyLedger": a.verifyLedger, "getVerification": a.getVerification,
		"getPolicy": a.getPolicy, "listPolicyVersions": a.listPolicyVersions, "getPolicyVersion": a.getPolicyVersion,
		"checkPolicy": a.checkPolicy, "tryAction": a.tryAction, "publishPolicy": a.publishPolicy, "listPolicyPacks": a.listPolicyPacks,
		"listTokens": a.listTokens, "createToken": a.createToken, "revokeToken": a.revokeToken,
	}
	maps.Copy(handlers, a.evidenceHandlers())
	maps.Copy(handlers, a.sinkHandlers())
	maps.Copy(handlers, a.directoryHandlers())
	for id, h := range handlers {
		if limit, listed := unhurried[id]; !listed || limit > 0 {
			handlers[id] = within(cmp.Or(limit, handlerTime), h)
		}
	}
	return handlers
}

// directoryHandlers are those for people, groups, connections and credentials.
func (a *API) directoryHandlers() map[string]fiber.Handler {
	return map[string]fiber.Handler{
		"listSignInChoices": a.listSignInChoices,
		"listConnections":   a.listConnections, "createConnection": a.createConnection, "getConnection": a.getConnection,
		"updateConnection": a.updateConnection, "deleteConnection": a.deleteConnection, "stageConnection": a.stageConnection,
		"inspectConnection": a.inspectConnection, "getTestSignIn": a.getTestSignIn, "rollConnectionKeys": a.rollConnectionKeys,
		"listPeople": a.listPeople, "previewPerson": a.previewPerson, "cutOffEverybody": a.cutOffEverybody, "getPerson": a.getPerson,
		"cutOffPerson": a.cutOffPerson, "disablePerson": a.disablePerson, "enablePerson": a.enablePerson, "linkAccount": a.linkAccount,
		"endSession": a.endSession, "listGroups": a.listGroups,
		"listSCIMTokens": a.listSCIMTokens, "createSCIMToken": a.createSCIMToken, "revokeSCIMToken": a.revokeSCIMToken,
		"getCredentialSettings": a.getCredentialSettings, "setCredentialSettings": a.setCredentialSettings,
		"listCredentials": a.listCredentials, "cutOffCredential": a.cutOffCredential, "revokePersonCredentials": a.revokePersonCredentials,
		"listRoleRules": a.listRoleRules, "addRoleRule": a.addRoleRule, "deleteRoleRule": a.deleteRoleRule,
	}
}

// handlerTime bounds what a handler waits for. Fiber has no such limit of its own; the web server's ends only the answer.
const handlerTime = 20 * time.Second

// unhurried are the operations with a limit of their own; 0 is none: a stream ends with its client.
var unhurried = map[string]time.Duration{
	"tailEvents": 0, "exportEvents": 0, "exportBundle": 0, "verifyLedger": 10 * time.Minute, "planRetention": 10 * time.Minute, "purgePrompts": 10 * time.Minute,
	"inspectConnection": 30 * time.Second,
}

func within(limit time.Duration, h fiber.Handler) fiber.Handler {
	return func(c *fiber.Ctx) error {
		ctx, cancel := context.WithTimeout(c.UserContext(), limit)
		defer cancel()
		c.SetUserContext(ctx)
		return h(c)
	}
}
