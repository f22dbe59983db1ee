// Package scim speaks SCIM 2.0 (RFC 7643 and 7644) with identity providers: they create, change and deactivate the users and
// groups of one connection. What they really send differs from the standard; DESIGN.md says how far that is followed.
package scim

import (
	"context"
	"errors"
	"strconv"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"ambit/server/caller"
	"ambit/server/identity/idp"
)

// Store keeps the users and groups of every connection. by is the provisioner of one; nothing of another connection is found or
// changed. What isn't there is an error with code not_found, a name that is taken one with code conflict. When a method that
// deactivates or removes a user returns, none of that user's sessions and credentials works any more.
type Store interface {
	CountUsers(ctx context.Context, connection string) (int, error)
	EachUser(ctx context.Context, connection string, find idp.Find, yield func(*idp.User) error) error // in the order of creation
	AddUser(ctx context.Context, by *caller.Principal, address string, u *idp.User) (idp.User, error)
	ChangeUser(ctx context.Context, by *caller.Principal, address, id string, change func(u *idp.User) error) (idp.User, error)
	RemoveUser(ctx context.Context, by *caller.Principal, address, id string, check func(u *idp.User) error) error

	CountGroups(ctx context.Context, connection string) (int, error)
	EachGroup(ctx context.Context, connection string, find idp.Find, yield func(*idp.Group) error) error
	AddGroup(ctx context.Context, by *caller.Principal, address string, g *idp.Group, members []string) (idp.Group, error)
	ChangeGroup(ctx context.Context, by *caller.Principal, address, id string, change GroupChange) (idp.Group, error)
	RemoveGroup(ctx context.Context, by *caller.Principal, address, id string, check func(g *idp.Group) error) error
}

// GroupChange changes a group and says what becomes of its members. members reads who they are.
type GroupChange = func(g *idp.Group, members func() ([]idp.Ref, error)) (idp.Membership, error)

// Service holds the handlers.
type Service struct {
	store Store
	base  string
}

// New makes the service; publicURL is where identity providers reach this server.
func New(store Store, publicURL string) *Service {
	return &Service{store: store, base: strings.TrimRight(publicURL, "/") + "/scim/v2"}
}

// handlerTime bounds what a handler waits for.
const handlerTime = 20 * time.Second

// Handlers are the endpoints by operation id, as in the table of routes.
func (s *Service) Handlers() map[string]fiber.Handler {
	handlers := map[string]fiber.Handler{
		"scimListUsers": s.listUsers, "scimGetUser": s.getUser, "scimCreateUser": s.createUser,
		"scimReplaceUser": s.replaceUser, "scimPatchUser": s.patchUser, "scimDeleteUser": s.deleteUser,
		"scimListGroups": s.listGroups, "scimGetGroup": s.getGroup, "scimCreateGroup": s.createGroup,
		"scimReplaceGroup": s.replaceGroup, "scimPatchGroup": s.patchGroup, "scimDeleteGroup": s.deleteGroup,
		"scimConfig": s.config, "scimResourceTypes": s.resourceTypes, "scimResourceType": s.resourceType,
		"scimSchemas": s.schemas, "scimSchema": s.schema,
		"scimBulk":  refuse(errBulk),
		"scimGetMe": refuse(errMe), "scimCreateMe": refuse(errMe), "scimReplaceMe": refuse(errMe), "scimPatchMe": refuse(errMe), "scimDeleteMe": refuse(errMe),
	}
	for id, h := range handlers {
		handlers[id] = within(h)
	}
	return handlers
}

func refuse(err error) fiber.Handler { return func(*fiber.Ctx) error { return err } }

// within bounds the time, and lets in only the provisioner of a connection: the rest of the table's callers have none.
func within(h fiber.Handler) fiber.Handler {
	return func(c *fiber.Ctx) error {
		if p := caller.Of(c); p.Kind != caller.Provisioner || p.Connection == "" {
			return errConnection
		}
		ctx, cancel := context.WithTimeout(c.UserContext(), handlerTime)
		defer cancel()
		c.SetUserContext(ctx)
		return fromStore(h(c))
	}
}

// body reads a request's body; both media types are in use (RFC 7644, section 8.1).
func body(c *fiber.Ctx) (object, error) {
	typ, _, _ := strings.Cut(string(c.Request().Header.ContentType()), ";")
	switch strings.ToLower(strings.TrimSpace(typ)) {
	case "application/scim+json", fiber.MIMEApplicationJSON:
	default:
		return nil, &Error{code: "unsupported", message: "the body must be JSON", hint: "Send Content-Type: application/scim+json."}
	}
	return decode(c.Body())
}

// param is a copy of a path's parameter: Fiber's strings change after the request.
func param(c *fiber.Ctx) string { return strings.Clone(c.Params("id")) }

func (s *Service) location(k *kind, id string) string { return s.base + k.endpoint + "/" + id }

// version is a resource's entity tag (RFC 7644, section 3.14).
func version(updated time.Time) string {
	return `W/"` + strconv.FormatInt(updated.UnixMilli(), 36) + `"`
}

// stamp adds what Ambit says about a resource (RFC 7643, section 3.1).
func (s *Service) stamp(o object, k *kind, id string, schemas []any, created, updated time.Time) {
	o["schemas"], o["id"] = schemas, id
	o["meta"] = object{
		"resourceType": k.name, "created": stampOf(created), "lastModified": stampOf(updated),
		"location": s.location(k, id), "version": version(updated),
	}
}

func stampOf(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }

// unchanged checks If-Match: a change to a version that is gone is refused.
func unchanged(c *fiber.Ctx) func(updated time.Time) error {
	want := strings.Clone(c.Get(fiber.HeaderIfMatch))
	return func(updated time.Time) error {
		if want == "" || matchesTag(want, version(updated)) {
			return nil
		}
		return errVersion
	}
}

// matchesTag compares weakly (RFC 9110, section 8.8.3.2); clients also send the tag without its W/.
func matchesTag(header, tag string) bool {
	for _, one := range strings.Split(header, ",") {
		one = strings.TrimSpace(one)
		if one == "*" || strings.TrimPrefix(one, "W/") == strings.TrimPrefix(tag, "W/") {
			return true
		}
	}
	return false
}

// send answers with a resource.
func send(c *fiber.Ctx, status int, o object, p *projection, updated time.Time) error {
	tag := version(updated)
	if meta, ok := o["meta"].(object); ok {
		c.Set(fiber.HeaderLocation, text(meta, "location"))
	}
	c.Set(fiber.HeaderETag, tag)
	if none := c.Get(fiber.HeaderIfNoneMatch); none != "" && c.Method() == fiber.MethodGet && matchesTag(none, tag) {
		return c.SendStatus(fiber.StatusNotModified)
	}
	return answer(c, status, p.apply(o))
}

func answer(c *fiber.Ctx, status int, v any) error { // any: a resource or a list of them
	if err := c.Status(status).JSON(v); err != nil {
		return err
	}
	c.Set(fiber.HeaderContentType, "application/scim+json")
	return nil
}

// notFound is how a resource's absence is told.
func notFound(k *kind, id string) error {
	return &Error{code: "not_found", message: k.name + " " + clip(id) + " is not known to this connection"}
}

var errStop = errors.New("enough") // ends a walk through the store
