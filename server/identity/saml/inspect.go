package saml

import (
	"context"
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"slices"
	"strings"
	"time"

	"ambit/server/identity/idp"
)

// alarmBefore is how long before its end a certificate is warned about.
const alarmBefore = 30 * 24 * time.Hour

// Inspect tells what an admin should see of the identity provider before a test sign-in: who it is, its addresses, whether
// it wants signed requests, its certificates and ours with their ends. The error is an *idp.Refusal where its metadata
// can't be had.
func (p *Provider) Inspect(ctx context.Context) ([]idp.Note, error) {
	md, err := p.source.get(ctx)
	if err != nil {
		return nil, err
	}
	now := p.now()
	notes := &noteBook{}
	notes.add("entity_id", "The identity provider is "+md.entityID+".", "")
	bindings := make([]string, 0, 2)
	if md.redirect != "" {
		bindings = append(bindings, "HTTP-Redirect ("+md.redirect+")")
	}
	if md.post != "" {
		bindings = append(bindings, "HTTP-POST ("+md.post+")")
	}
	notes.add("metadata", "It takes requests by "+strings.Join(bindings, " and ")+".", "")
	if u := md.redirect + md.post; strings.HasPrefix(u, "http://") {
		notes.add("metadata", "Its sign-in address is not https.", "Let the identity provider publish https addresses.")
	}
	switch {
	case md.wantsSigned:
		notes.add("sign_requests", "It wants signed requests; they are signed.", "It needs this connection's certificate: give it our metadata.")
	case !p.cfg.SignRequests:
		notes.add("sign_requests", "It doesn't ask for signed requests; they are not signed.", "")
	}
	for _, cert := range p.trusted(md) {
		p.inspectCertificate(notes, "certificates", "Signing certificate of the identity provider", cert, now)
	}
	for _, why := range md.unusable {
		notes.add("metadata", "A certificate in the metadata is not used: "+why+".", "")
	}
	if !md.validUntil.IsZero() {
		hint := ""
		if md.validUntil.Before(now.Add(alarmBefore)) && p.cfg.MetadataURL == "" {
			hint = "Paste its current metadata before that day, or enter its metadata address."
		}
		notes.add("metadata", "Its metadata is valid until "+day(md.validUntil)+".", hint)
	}
	if f := p.cfg.nameIDFormat; f != "" && len(md.nameIDFormats) > 0 && !slices.Contains(md.nameIDFormats, f) {
		notes.add("name_id_format", "Its metadata doesn't list the NameID format that this connection asks for.", "Choose one of: "+strings.Join(md.nameIDFormats, ", ")+".")
	}
	for i, pair := range p.keys.all() {
		what := []string{"Our certificate", "Our next certificate"}[i]
		p.inspectCertificate(notes, "", what, pair.Certificate, now)
	}
	return notes.notes, nil
}

func (p *Provider) inspectCertificate(notes *noteBook, field, what string, cert *x509.Certificate, now time.Time) {
	sum := sha256.Sum256(cert.Raw)
	fingerprint := hex.EncodeToString(sum[:8])
	span := "valid until " + day(cert.NotAfter)
	hint := ""
	switch {
	case now.After(cert.NotAfter):
		span, hint = "expired on "+day(cert.NotAfter), "Nothing signed with it is accepted. Renew it, then take the new metadata."
	case now.Before(cert.NotBefore):
		span, hint = "not valid before "+day(cert.NotBefore), "Nothing signed with it is accepted until then."
	case cert.NotAfter.Before(now.Add(alarmBefore)):
		hint = "It ends in less than 30 days: prepare the next one and let both stand side by side for a while."
	}
	notes.add(field, what+" "+fingerprint+"… (SHA-256): "+span+".", hint)
}
