package problem

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/gofiber/fiber/v2"
)

type withList struct{ Coded }

func (withList) ProblemList() any { return []string{"line 3"} }

func TestOf(t *testing.T) {
	for name, tc := range map[string]struct {
		err    error
		status int
		code   string
		detail string
	}{
		"coded":             {New("conflict", "someone was faster", "look again"), 409, "conflict", "Someone was faster."},
		"wrapped":           {fmt.Errorf("publish policy: %w", New("policy_invalid", "it has errors!", "")), 422, "policy_invalid", "It has errors!"},
		"fiber":             {fiber.ErrRequestEntityTooLarge, 413, "too_large", "Request Entity Too Large."},
		"fiber's own 5xx":   {fiber.NewError(502, "secret"), 500, "internal", ""},
		"plain":             {errors.New("open /secret/path: denied"), 500, "internal", ""},
		"coded, not listed": {New("made_up", "secret", ""), 500, "internal", ""},
	} {
		d := Of(tc.err)
		if d.Status != tc.status || d.Code != tc.code || (tc.detail != "" && d.Detail != tc.detail) || d.Title == "" || len(d.ID) != 8 || d.Type != "about:blank" {
			t.Errorf("%s: %+v", name, d)
		}
		if strings.Contains(d.Detail, "secret") {
			t.Errorf("%s: the cause leaks: %s", name, d.Detail)
		}
	}
	if d := Of(fmt.Errorf("x: %w", withList{New("policy_invalid", "bad", "")})); d.Problems == nil {
		t.Error("the list of findings is lost")
	}
	first, second := Of(errors.New("a")), Of(errors.New("a"))
	if first.ID == second.ID {
		t.Error("two failures have one id")
	}
}

// TestEveryCodeHasATitle ensures that no answer carries an empty or a made-up title.
func TestEveryCodeHasATitle(t *testing.T) {
	for code := range statuses {
		if d := Of(New(code, "x", "")); d.Title == "" || strings.Contains(d.Title, "_") {
			t.Errorf("%s: title %q", code, d.Title)
		}
	}
}
