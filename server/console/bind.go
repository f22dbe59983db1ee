package console

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"reflect"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/go-playground/validator/v10"
	"github.com/gofiber/fiber/v2"

	"ambit/server/problem"
)

// validators remembers the rules of each request type; building it costs start-up time, so it waits for the first request.
var validators = sync.OnceValue(func() *validator.Validate {
	v := validator.New(validator.WithRequiredStructEnabled())
	v.RegisterTagNameFunc(func(f reflect.StructField) string { // reflection is how the library hands over the field
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		return name
	})
	return v
})

// bind reads a JSON body into a request and checks it. Unknown members and anything after the body are refused: they
// would be ignored otherwise, and the caller would never learn.
func bind(c *fiber.Ctx, into any) error {
	typ, _, _ := strings.Cut(string(c.Request().Header.ContentType()), ";")
	if !strings.EqualFold(strings.TrimSpace(typ), fiber.MIMEApplicationJSON) {
		return problem.New("unsupported", "the body must be JSON", "Send Content-Type: application/json.")
	}
	dec := json.NewDecoder(bytes.NewReader(c.Body()))
	dec.DisallowUnknownFields()
	if err := dec.Decode(into); err != nil {
		return badJSON(err)
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return problem.New("invalid", "there is something after the JSON value", "")
	}
	return check(into)
}

func badJSON(err error) error {
	var typ *json.UnmarshalTypeError
	if errors.As(err, &typ) {
		return problem.New("invalid", fmt.Sprintf("%s has the wrong type: %s", typ.Field, typ.Value), "")
	}
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return problem.New("invalid", "the JSON value is not complete", "")
	}
	return problem.New("invalid", strings.TrimPrefix(err.Error(), "json: "), "")
}

// check applies the validate tags and names the first member that breaks its rule.
func check(v any) error {
	var broken validator.ValidationErrors
	if err := validators().Struct(v); errors.As(err, &broken) {
		_, member, _ := strings.Cut(broken[0].Namespace(), ".")
		rule := broken[0].Tag()
		if broken[0].Param() != "" {
			rule += " " + broken[0].Param()
		}
		return problem.New("invalid", fmt.Sprintf("%s is not acceptable (%s)", member, rule), "")
	} else if err != nil {
		return fmt.Errorf("check request: %w", err)
	}
	return nil
}

// text is a query parameter of at most limit bytes. It is a copy: Fiber's strings change after the request.
func text(c *fiber.Ctx, name string, limit int) (string, error) {
	v := strings.Clone(c.Query(name))
	if len(v) > limit {
		return "", problem.New("invalid", fmt.Sprintf("%s is longer than %d bytes", name, limit), "")
	}
	return v, nil
}

func number(c *fiber.Ctx, name string, fallback, low, high int64) (int64, error) {
	v := c.Query(name)
	if v == "" {
		return fallback, nil
	}
	n, err := strconv.ParseInt(v, 10, 64)
	if err != nil || n < low || n > high {
		return 0, problem.New("invalid", fmt.Sprintf("%s must be a whole number from %d to %d", name, low, high), "")
	}
	return n, nil
}

// moment is a time in RFC 3339; zero where it is left out.
func moment(c *fiber.Ctx, name string) (time.Time, error) {
	v := c.Query(name)
	if v == "" {
		return time.Time{}, nil
	}
	t, err := time.Parse(time.RFC3339, v)
	if err != nil {
		return t, problem.New("invalid", name+" must be a time such as 2026-11-22T05:30:00Z", "A + in a time zone must be written %2B.")
	}
	return t.UTC(), nil
}

func oneOf(name, value string, allowed ...string) error {
	if value == "" {
		return nil
	}
	for _, a := range allowed {
		if a == value {
			return nil
		}
	}
	return problem.New("invalid", fmt.Sprintf("%s must be one of %s", name, strings.Join(allowed, ", ")), "")
}
