package console

import (
	"github.com/gofiber/fiber/v2"

	"ambit/audit"
)

// filters reads what search, tail, summary and export have in common.
func filters(c *fiber.Ctx) (q audit.Query, err error) {
	for _, p := range []struct {
		name  string
		limit int
		into  *string
	}{
		{"person", 254, &q.Person},
		{"action", 64, &q.Action},
		{"effect", 8, &q.Effect},
		{"repository", 512, &q.Repository},
		{"session", 256, &q.Session},
		{"layer", 200, &q.Layer},
		{"phase", 16, &q.Phase},
		{"type", 64, &q.Type},
		{"q", 500, &q.Text},
	} {
		if *p.into, err = text(c, p.name, p.limit); err != nil {
			return q, err
		}
	}
	if q.Since, err = moment(c, "since"); err != nil {
		return q, err
	}
	if q.Until, err = moment(c, "until"); err != nil {
		return q, err
	}
	return q, checkQuery(&q)
}
