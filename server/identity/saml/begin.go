package saml

import (
	"context"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"io"
	"net/url"

	"github.com/beevik/etree"
	crewjam "github.com/crewjam/saml"
	dsig "github.com/russellhaering/goxmldsig"

	"ambit/server/identity/idp"
)

// Start is where to send the browser: to Redirect, or, where that is "", to Post with Fields as a form.
type Start struct {
	Redirect string
	Post     string
	Fields   map[string]string // SAMLRequest, RelayState
}

// maxRelay is the longest relay state that every provider gives back (SAML bindings §3.4.3).
const maxRelay = 80

// Begin makes a request for authentication. relay comes back with the response, unprotected: it must be a handle that the
// caller checks, of at most 80 bytes. fresh asks the provider not to go by an earlier sign-in, and only a later one is accepted. The
// error is an *idp.Refusal where the provider's metadata can't be had.
func (p *Provider) Begin(ctx context.Context, relay string, fresh bool) (Start, Flow, error) {
	if len(relay) > maxRelay {
		return Start{}, Flow{}, fmt.Errorf("begin SAML sign-in: relay state is longer than %d bytes", maxRelay)
	}
	md, err := p.source.get(ctx)
	if err != nil {
		return Start{}, Flow{}, err
	}
	acs, err := url.Parse(p.urls.ACS)
	if err != nil {
		return Start{}, Flow{}, fmt.Errorf("begin SAML sign-in: %w", err)
	}
	sp := p.library(md, *acs)
	if p.cfg.SignRequests || md.wantsSigned {
		sp.SignatureMethod = dsig.RSASHA256SignatureMethod
	}
	now := p.now()
	sp.Clock = dsig.NewFakeClockAt(now)
	req, err := p.request(sp, md, fresh)
	if err != nil {
		return Start{}, Flow{}, fmt.Errorf("begin SAML sign-in: %w", err)
	}
	flow := Flow{RequestID: req.ID, Relay: relay, Begun: now, Fresh: fresh}
	if md.redirect != "" {
		to, err := req.Redirect(relay, sp)
		if err != nil {
			return Start{}, Flow{}, fmt.Errorf("begin SAML sign-in: %w", err)
		}
		return Start{Redirect: to.String()}, flow, nil
	}
	start, err := posted(sp, req, relay)
	return start, flow, err
}

// request makes the request without a signature, with an id of our own randomness.
func (p *Provider) request(sp *crewjam.ServiceProvider, md *provider, fresh bool) (*crewjam.AuthnRequest, error) {
	to := md.redirect
	if to == "" {
		to = md.post
	}
	if u, err := url.Parse(to); err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" {
		return nil, idp.Refuse(idp.ReasonConfiguration, "The identity provider's sign-in address is not a URL.", "Take its metadata anew.").About("metadata")
	}
	req, err := sp.MakeAuthenticationRequest(to, crewjam.HTTPRedirectBinding, crewjam.HTTPPostBinding)
	if err != nil {
		return nil, err
	}
	id := make([]byte, 20)
	if _, err := io.ReadFull(p.rand, id); err != nil {
		return nil, err
	}
	req.ID = "_" + hex.EncodeToString(id)
	req.NameIDPolicy = nil // the provider's choice
	if p.cfg.nameIDFormat != "" {
		create := true
		req.NameIDPolicy = &crewjam.NameIDPolicy{AllowCreate: &create, Format: &p.cfg.nameIDFormat}
	}
	if fresh || p.cfg.maxAge > 0 {
		force := true // an old session at the provider would be refused when it comes back
		req.ForceAuthn = &force
	}
	return req, nil
}

func posted(sp *crewjam.ServiceProvider, req *crewjam.AuthnRequest, relay string) (Start, error) {
	if sp.SignatureMethod != "" {
		if err := sp.SignAuthnRequest(req); err != nil {
			return Start{}, fmt.Errorf("sign SAML request: %w", err)
		}
	}
	doc := etree.NewDocument()
	doc.SetRoot(req.Element())
	data, err := doc.WriteToBytes()
	if err != nil {
		return Start{}, fmt.Errorf("encode SAML request: %w", err)
	}
	fields := map[string]string{"SAMLRequest": base64.StdEncoding.EncodeToString(data)}
	if relay != "" {
		fields["RelayState"] = relay
	}
	return Start{Post: req.Destination, Fields: fields}, nil
}
