package saml

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"time"

	"github.com/beevik/etree"

	"ambit/server/identity/idp"
)

// InResponseTo reads from a posted response which request it claims to answer, so that the caller can look up the flow. It
// is not verified; "" where the response can't be read or answers nothing.
func InResponseTo(form url.Values) string {
	data, err := decode(form)
	if err != nil {
		return ""
	}
	root, err := parse(data, map[string]bool{})
	if err != nil || root == nil {
		return ""
	}
	return value(root, "InResponseTo")
}

// Finish judges a posted response. flow is the sign-in that the browser began here; nil where it began none, which the
// connection must allow. The error is an *idp.Refusal, or something that failed here. An assertion is used up only when
// everything else about it is right.
func (p *Provider) Finish(ctx context.Context, flow *Flow, form url.Values, seen Replays) (*idp.Claims, []idp.Note, error) {
	now := p.now()
	if flow != nil && (flow.RequestID == "" || now.After(flow.Begun.Add(flowAge))) {
		return nil, nil, idp.Refuse(reasonFlow, "This sign-in was begun too long ago.", "Sign in again.")
	}
	data, err := decode(form)
	if err != nil {
		return nil, nil, err
	}
	a, err := p.authenticate(ctx, data, flow, now)
	if err != nil {
		return nil, nil, err
	}
	claims, notes, err := p.claims(a)
	if err != nil {
		return nil, nil, err
	}
	if err := p.secondReading(a, data, flow, now); err != nil {
		return nil, nil, err
	}
	used, err := seen.Seen(ctx, a.id, a.until)
	if err != nil {
		return nil, nil, fmt.Errorf("remember a used assertion: %w", err)
	}
	if used {
		return nil, nil, idp.Refuse(reasonReplay, "This response was used before.", "Sign in again; don't reload the page or go back to it.")
	}
	return claims, notes, nil
}

// decode takes the response out of the form of the HTTP-POST binding (SAML bindings §3.5.4). It is never inflated: that
// belongs to another binding.
func decode(form url.Values) ([]byte, error) {
	for _, other := range []string{"SAMLart", "SAMLRequest", "SigAlg", "Signature"} {
		if form.Has(other) {
			return nil, idp.Refuse(reasonForm, "The identity provider answered by a binding that is not accepted.", "Let it send the response by HTTP-POST.")
		}
	}
	values := form["SAMLResponse"]
	if len(values) != 1 || values[0] == "" || len(form["RelayState"]) > 1 {
		return nil, idp.Refuse(reasonForm, "What was posted is not one SAML response.", "Let the identity provider send the response by HTTP-POST to this connection's ACS address.")
	}
	if len(values[0]) > maxEncoded {
		return nil, tooLarge("more than 256 KiB")
	}
	data, err := base64Strict([]byte(values[0]))
	if err != nil {
		return nil, idp.Refuse(reasonMalformed, "The response is not base64.", "Try again; if it stays, look at the identity provider's log.").Because(err)
	}
	return data, nil
}

// assertion is one that is authentic, addressed to us, fresh, and the answer to the flow.
type assertion struct {
	el        *etree.Element // as signed
	provider  *provider
	id        string
	until     time.Time // from then on it would be refused as expired
	session   string
	authTime  time.Time
	encrypted bool
	vouched   bool // the response's own signature holds
}

// authenticate judges with the metadata at hand, and once more with fresh metadata if a key was unknown and the provider
// publishes other ones by now.
func (p *Provider) authenticate(ctx context.Context, data []byte, flow *Flow, now time.Time) (*assertion, error) {
	md, err := p.source.get(ctx)
	if err != nil {
		return nil, err
	}
	a, err := p.judge(md, data, flow, now)
	var r *idp.Refusal
	if errors.As(err, &r) && (r.Reason == reasonSignature || r.Reason == reasonCertificate || r.Reason == reasonEncryption) && p.source.renew(ctx) {
		if md, err = p.source.get(ctx); err != nil {
			return nil, err
		}
		return p.judge(md, data, flow, now)
	}
	return a, err
}

// judge is the order of questions: structure, then the response's signature, then what the response says, then the
// assertion's signature, then what the assertion says. Whatever a signature covers is read from the signed bytes.
func (p *Provider) judge(md *provider, data []byte, flow *Flow, now time.Time) (*assertion, error) {
	ids := map[string]bool{}
	root, err := parse(data, ids)
	if err != nil {
		return nil, err
	}
	m, err := readMessage(root)
	if err != nil {
		return nil, err
	}
	certs := p.trusted(md)
	vouched := child(root, nsSignature, "Signature") != nil
	read := m
	if vouched {
		signed, err := verify(root, certs, now)
		if err != nil {
			return nil, err
		}
		if read, err = readMessage(signed); err != nil {
			return nil, err
		}
	}
	if err := p.checkResponse(md, read.response, flow, now); err != nil {
		return nil, err
	}
	if err := read.requireAssertion(); err != nil {
		return nil, err
	}
	a := &assertion{provider: md, vouched: vouched, encrypted: read.encrypted != nil}
	if a.encrypted {
		a.el, err = p.decrypted(read.encrypted, vouched, ids, certs, now)
	} else {
		a.el, err = p.plain(m.assertion, read.assertion, vouched, certs, now)
	}
	if err != nil {
		return nil, err
	}
	return a, p.checkAssertion(a, flow, now)
}

// plain returns what is signed of an assertion that is not encrypted: received stands in the document as it came, read in
// the document as the response's signature covers it, if it has one.
func (p *Provider) plain(received, read *etree.Element, vouched bool, certs trusted, now time.Time) (*etree.Element, error) {
	if p.cfg.WantEncrypted {
		return nil, idp.Refuse(reasonNotEncrypted, "The assertion is not encrypted, but this connection requires it.",
			"Give the identity provider this connection's certificate for encryption and switch encryption of assertions on there.").About("want_encrypted")
	}
	if child(received, nsSignature, "Signature") == nil {
		if vouched {
			return read, nil
		}
		return nil, unsigned()
	}
	return reread(verify(received, certs, now))
}

// decrypted returns what is signed of an encrypted assertion.
func (p *Provider) decrypted(el *etree.Element, vouched bool, ids map[string]bool, certs trusted, now time.Time) (*etree.Element, error) {
	box, err := readEncrypted(el)
	if err != nil {
		return nil, err
	}
	signed, err := p.inside(box, vouched, ids, certs, now)
	if err != nil && !vouched {
		return nil, unreadable(err)
	}
	return signed, err
}

func (p *Provider) inside(box *sealed, vouched bool, ids map[string]bool, certs trusted, now time.Time) (*etree.Element, error) {
	data, err := box.open(p.keys)
	if err != nil {
		return nil, unreadable(err)
	}
	root, err := parse(data, ids)
	if err != nil {
		return nil, err
	}
	if !is(root, nsAssertion, "Assertion") {
		return nil, assertionCount("what is encrypted is not an assertion")
	}
	if err := alone(root); err != nil {
		return nil, err
	}
	if child(root, nsSignature, "Signature") == nil {
		if vouched {
			return root, nil
		}
		return nil, unsigned()
	}
	return reread(verify(root, certs, now))
}

// reread checks the shape of an assertion once more after its signature was verified, on what was signed.
func reread(signed *etree.Element, err error) (*etree.Element, error) {
	if err != nil {
		return nil, err
	}
	if !is(signed, nsAssertion, "Assertion") {
		return nil, assertionCount("what is signed is not an assertion")
	}
	return signed, assertionShape(signed)
}

// alone checks the structure of an assertion that was encrypted.
func alone(root *etree.Element) error {
	holder := etree.NewElement("Holder")
	holder.AddChild(root.Copy())
	if err := places(holder); err != nil {
		return err
	}
	return assertionShape(root)
}

func unsigned() *idp.Refusal {
	return idp.Refuse(reasonUnsigned, "Neither the response nor its assertion is signed.", "Let the identity provider sign the assertion or the response.")
}
