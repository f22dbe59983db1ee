package console

import (
	"encoding/json"
	"slices"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"ambit/server/caller"
	"ambit/server/problem"
)

type connection struct {
	ID         string    `json:"id"`
	Kind       string    `json:"kind"`
	Name       string    `json:"name"`
	Stage      string    `json:"stage"`
	Domains    []string  `json:"domains"`
	Testers    []string  `json:"testers"`
	Departure  Departure `json:"departure"`
	SCIMActive bool      `json:"scim_active"`
	People     int       `json:"people"` // who have an account of it
	CreatedAt  time.Time `json:"created_at"`
	UpdatedAt  time.Time `json:"updated_at"`
}

type connectionDetail struct {
	connection
	Config      json.RawMessage `json:"config"`
	SecretsSet  []string        `json:"secrets_set"`
	URLs        ConnectionURLs  `json:"urls"`
	KeysRolling bool            `json:"keys_rolling"`
}

var errNoConnection = problem.New("not_found", "there is no such connection", "The console lists them under Connections.")

// listConnections lists the connections to identity providers, without their secrets.
func (a *API) listConnections(c *fiber.Ctx) error {
	people := a.peopleByConnection()
	out := []connection{}
	for _, conn := range a.Directory.Connections() {
		out = append(out, a.connectionOf(&conn, people))
	}
	return c.JSON(fiber.Map{"connections": out})
}

// getConnection is one connection with its configuration, but never its secrets: only which ones are set.
func (a *API) getConnection(c *fiber.Ctx) error {
	return a.sendConnection(c, strings.Clone(c.Params("id")), fiber.StatusOK)
}

func (a *API) sendConnection(c *fiber.Ctx, id string, status int) error {
	have := a.Directory.Connection(id)
	if have == nil {
		return errNoConnection
	}
	d := connectionDetail{
		connection: a.connectionOf(have, a.peopleByConnection()), Config: have.Config, SecretsSet: []string{},
		URLs: a.urls(have), KeysRolling: a.SignOn.KeysRolling(id),
	}
	for name, value := range have.Secrets {
		if value != "" {
			d.SecretsSet = append(d.SecretsSet, name)
		}
	}
	slices.Sort(d.SecretsSet)
	return c.Status(status).JSON(d)
}

func (a *API) connectionOf(c *caller.Connection, people map[string]int) connection {
	departure := a.SignOn.Departure(c.ID)
	departure.Signals, departure.Shorten = list(departure.Signals), list(departure.Shorten)
	return connection{
		ID: c.ID, Kind: c.Kind, Name: c.Name, Stage: c.Stage, Domains: list(c.Domains), Testers: list(c.Testers), Departure: departure,
		SCIMActive: a.SignOn.Provisions(c.ID), People: people[c.ID], CreatedAt: c.CreatedAt, UpdatedAt: c.UpdatedAt,
	}
}

func (a *API) peopleByConnection() map[string]int {
	count := map[string]int{}
	all := a.Directory.People()
	for i := range all {
		for j := range all[i].Accounts {
			count[all[i].Accounts[j].Connection]++
		}
	}
	return count
}

// urls are those that the kind of connection has a use for.
func (a *API) urls(c *caller.Connection) ConnectionURLs {
	all := a.SignOn.URLs(c.ID)
	switch c.Kind {
	case caller.KindOIDC:
		all.EntityID, all.ACS = "", ""
	case caller.KindSAML:
		all.Callback, all.BackChannelLogout, all.PostLogout = "", "", ""
	default:
		all = ConnectionURLs{}
	}
	return all
}
