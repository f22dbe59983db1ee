package oauth

import (
	"bytes"
	_ "embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"io"

	"github.com/gofiber/fiber/v2"

	"ambit/server/caller"
)

//go:embed device.html
var devicePageText string

var devicePage = template.Must(template.New("device").Parse(devicePageText))

// The steps of the page.
const (
	stepCode    = "code"    // enter the code, or confirm one that stood in the address
	stepConfirm = "confirm" // approve or deny
	stepLeave   = "leave"   // on the way to the identity provider
	stepDone    = "done"
	stepDenied  = "denied"
	stepGone    = "gone"
)

var titles = map[string]string{
	stepCode: "Sign in a coding agent", stepConfirm: "Sign in this program?", stepLeave: "One moment", stepDone: "Signed in",
	stepDenied: "Refused", stepGone: "This code is not open any more",
}

// view is what a page shows.
type view struct {
	Step, Title, Nonce, CSRF string

	Error       string
	Code        string
	Handle      string
	Agent       string
	Address     string // of the device
	Browser     string // address of the browser
	SameAddress bool
	User        string
	Stale       bool   // the session is too old to approve by
	Via         string // name of the connection by which to confirm
	Choices     []choice
	Console     bool   // the console's own sign-in is offered
	Next        string // where the browser goes on to
}

type choice struct{ ID, Name string }

// show renders a page. It works without a script, so none is allowed.
func (s *Service) show(c *fiber.Ctx, status int, v *view) error {
	var random [16]byte
	if _, err := io.ReadFull(s.Rand, random[:]); err != nil {
		return fmt.Errorf("draw a nonce: %w", err)
	}
	v.Nonce, v.Title, v.CSRF = base64.RawURLEncoding.EncodeToString(random[:]), titles[v.Step], caller.Of(c).CSRF
	var page bytes.Buffer
	if err := devicePage.Execute(&page, v); err != nil {
		return fmt.Errorf("render the device page: %w", err)
	}
	c.Set(fiber.HeaderContentSecurityPolicy, "default-src 'none'; style-src 'nonce-"+v.Nonce+"'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'")
	c.Status(status).Context().SetContentType(fiber.MIMETextHTMLCharsetUTF8)
	return c.Send(page.Bytes())
}
