package oidc

import (
	"context"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"time"

	"golang.org/x/oauth2"

	"ambit/server/identity/idp"
)

// oauthClientKey is where x/oauth2 and go-oidc look for an HTTP client.
var oauthClientKey = oauth2.HTTPClient

// reply is an answer of the provider, whole and bounded.
type reply struct {
	body      []byte
	mediaType string
	date      time.Time // of the provider's clock; zero where it doesn't say
}

// errStatus keeps an HTTP status for the log and for callers that tell statuses apart.
type errStatus int

func (e errStatus) Error() string { return fmt.Sprintf("status %d", int(e)) }

// get fetches a document. what names it in messages: "discovery document". bearer may be "".
func (p *Provider) get(ctx context.Context, what, address, bearer string) (*reply, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, http.NoBody)
	if err != nil {
		return nil, misconfigured("issuer", "the address of the "+what+" is not a URL", remedyProviderSettings)
	}
	req.Header.Set("Accept", "application/json, application/jwt;q=0.9")
	req.Header.Set("User-Agent", "ambit")
	if bearer != "" {
		req.Header.Set("Authorization", "Bearer "+bearer)
	}
	resp, err := p.client.Do(req)
	if err != nil {
		return nil, unreachable("the identity provider can't be reached", bareError(err))
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, documentLimit+1))
	if err != nil {
		return nil, unreachable("the identity provider's answer broke off", bareError(err))
	}
	if err := statusRefusal(what, resp.StatusCode); err != nil {
		return nil, err
	}
	if len(body) > documentLimit {
		return nil, misconfigured("issuer", "the "+what+" is larger than 1 MiB", remedyProviderSettings)
	}
	r := &reply{body: body}
	r.mediaType, _, _ = mime.ParseMediaType(resp.Header.Get("Content-Type"))
	r.date, _ = http.ParseTime(resp.Header.Get("Date"))
	return r, nil
}

func statusRefusal(what string, status int) error {
	switch {
	case status == http.StatusOK:
		return nil
	case temporary(status):
		return unreachable("the identity provider has trouble for now", errStatus(status))
	case status >= 300 && status < 400:
		return misconfigured("issuer", "the address of the "+what+" answers with a redirect, which is not followed", "Enter the issuer exactly as the provider writes it.").Because(errStatus(status))
	default:
		return misconfigured("issuer", fmt.Sprintf("the address of the %s answers with status %d", what, status), "Enter the issuer exactly as the provider writes it; its discovery document must be at ISSUER/.well-known/openid-configuration.").Because(errStatus(status))
	}
}

// temporary reports whether a status says nothing about the request itself.
func temporary(status int) bool {
	return status >= 500 || status == http.StatusTooManyRequests || status == http.StatusRequestTimeout || status == http.StatusTooEarly
}

func unreachable(message string, cause error) *idp.Refusal {
	return idp.Refuse(idp.ReasonUnreachable, message, remedyTryAgain).Because(cause)
}

// bareError takes the URL off an HTTP client's error: it says nothing new, and a URL may hold more than it should.
func bareError(err error) error {
	var u *url.Error
	if errors.As(err, &u) {
		return u.Err
	}
	return err
}
