package scim

import (
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"ambit/server/identity/idp"
)

// The bounds of a page.
const (
	defaultCount = 100
	maxCount     = 1000
	maxInPage    = 20_000 // members of all groups of a page; fewer groups come where they have more
)

// listing is a query (RFC 7644, section 3.4.2). sortBy and sortOrder are passed over, as the service's configuration says.
type listing struct {
	projection
	filter *filter
	find   idp.Find
	start  int // from 1
	count  int
}

func (k *kind) listing(c *fiber.Ctx) (l listing, err error) {
	if l.projection, err = k.asked(c); err != nil {
		return l, err
	}
	if f := strings.TrimSpace(strings.Clone(c.Query("filter"))); f != "" {
		if l.filter, err = k.parseFilter(f); err != nil {
			return l, err
		}
		k.narrow(l.filter, &l.find)
	}
	if l.start, err = whole(c, "startIndex", 1); err != nil {
		return l, err
	}
	if l.count, err = whole(c, "count", defaultCount); err != nil {
		return l, err
	}
	l.start, l.count = max(l.start, 1), min(max(l.count, 0), maxCount)
	related := "groups"
	if k == groups {
		related = "members"
	}
	l.find.Related = l.wants(related) || l.filter.mentions(related)
	if l.filter == nil {
		l.find.Offset, l.find.Limit = l.start-1, l.count
	}
	return l, nil
}

// asked reads which attributes the answer shall have.
func (k *kind) asked(c *fiber.Ctx) (projection, error) {
	return k.project(strings.Clone(c.Query("attributes")), strings.Clone(c.Query("excludedAttributes")))
}

// whole reads a number. Less than the least is the least (RFC 7644, table 6), what is no number is refused.
func whole(c *fiber.Ctx, name string, fallback int) (int, error) {
	v := c.Query(name)
	if v == "" {
		return fallback, nil
	}
	n, err := strconv.Atoi(v)
	if err != nil {
		return 0, bad(typeValue, "%s must be a whole number", name)
	}
	return n, nil
}

// page collects the part of the results that was asked for.
type page struct {
	*listing
	total     int
	resources []object
	related   int // values of members in the page
	full      bool
}

// add takes in a resource that the store found.
func (p *page) add(o object, related int) {
	if p.filter != nil {
		if !p.kind.match(p.filter, o) {
			return
		}
		if p.total++; p.total < p.start {
			return
		}
	}
	if p.full || len(p.resources) >= p.count || len(p.resources) > 0 && p.related+related > maxInPage {
		p.full = true
		return
	}
	p.related += related
	p.resources = append(p.resources, p.apply(o))
}

// stop ends a walk that can add nothing any more; with a filter the rest must still be counted.
func (p *page) stop() error {
	if p.full && p.filter == nil {
		return errStop
	}
	return nil
}

func (p *page) send(c *fiber.Ctx) error {
	if p.resources == nil {
		p.resources = []object{}
	}
	return answer(c, fiber.StatusOK, object{
		"schemas": []string{urnList}, "totalResults": p.total, "startIndex": p.start,
		"itemsPerPage": len(p.resources), "Resources": p.resources,
	})
}
