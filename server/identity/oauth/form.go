package oauth

import (
	"mime"
	"net/url"
	"strings"
	"unicode/utf8"

	"github.com/gofiber/fiber/v2"
)

// form is a form's fields as RFC 6749, section 3.2, has them: each once; one without a value counts as absent.
type form map[string]string

// readForm reads the body. The strings are copies: safe to keep. Fields that nobody knows are ignored.
func readForm(c *fiber.Ctx) (form, error) {
	kind, params, err := mime.ParseMediaType(string(c.Request().Header.ContentType()))
	if err != nil || kind != fiber.MIMEApplicationForm || params["charset"] != "" && !strings.EqualFold(params["charset"], "utf-8") {
		return nil, errForm
	}
	values, err := url.ParseQuery(string(c.Body()))
	if err != nil {
		return nil, errForm
	}
	f := make(form, len(values))
	for name, list := range values {
		if len(list) > 1 {
			return nil, refuse("invalid_request", "a field of the form stands there twice", "")
		}
		if !utf8.ValidString(list[0]) || strings.ContainsRune(list[0], 0) {
			return nil, errForm
		}
		f[name] = list[0]
	}
	return f, nil
}

// need is a field that must be there.
func (f form) need(name string) (string, error) {
	if f[name] == "" {
		return "", refuse("invalid_request", "the form lacks "+name, "")
	}
	return f[name], nil
}
