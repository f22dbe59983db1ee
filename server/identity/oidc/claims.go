package oidc

import (
	"maps"
	"strings"

	"ambit/server/identity/idp"
)

// read says what a provider vouches for: in the ID token, and, for what is missing there, in the userinfo answer. Either
// may be nil, not both. It is pure.
func (c *Config) read(idToken, info map[string]any) (*idp.Claims, []idp.Note, error) {
	first := idToken
	if first == nil {
		first = info
	}
	subject, err := c.subject(first)
	if err != nil {
		return nil, nil, err
	}
	var notes []idp.Note
	claims := &idp.Claims{Subject: subject, Raw: merge(idToken, info)}
	claims.Email, claims.EmailVerified = c.email(idToken, info, &notes)
	for _, source := range []map[string]any{idToken, info} {
		if name, _, _ := text(source, c.NameClaim); claims.Name == "" {
			claims.Name = clean(name, 200)
		}
		if sid, _ := source["sid"].(string); claims.SessionID == "" && goodSubject(sid) {
			claims.SessionID = sid
		}
	}
	if claims.Name == "" {
		notes = append(notes, idp.Note{Field: "name_claim", Message: "The provider sends no " + clean(c.NameClaim, 60) + ".", Hint: "Ask for the scope profile, or name another claim."})
	}
	if claims.Groups, claims.GroupsState, err = c.groupsOf(idToken, info); err != nil {
		return nil, notes, err
	}
	return claims, append(notes, c.groupNotes(claims)...), nil
}

// subject is the person's stable identifier: 1 to 255 bytes without control characters (OpenID Connect Core §2).
func (c *Config) subject(claims map[string]any) (string, error) {
	if sub, _ := claims["sub"].(string); !goodSubject(sub) {
		return "", idp.Refuse(ReasonSubject, "the token's subject (sub) is missing, too long or malformed", remedyProviderSettings)
	}
	subject, present, ok := text(claims, c.SubjectClaim)
	switch {
	case !present:
		return "", idp.Refuse(ReasonSubject, "the token has no "+clean(c.SubjectClaim, 60), "Let the provider send it, or use sub.").About("subject_claim")
	case !ok, !goodSubject(subject):
		return "", idp.Refuse(ReasonSubject, clean(c.SubjectClaim, 60)+" is empty, longer than 255 bytes, or no plain text", "Name a claim that holds a stable identifier, or use sub.").About("subject_claim")
	}
	return subject, nil
}

func goodSubject(s string) bool { return plain(s, subjectLimit) }

// email takes the address and what is said about it from one and the same place: email_verified of the ID token says
// nothing about an address that stands elsewhere, nor about another claim than email.
func (c *Config) email(idToken, info map[string]any, notes *[]idp.Note) (string, *bool) {
	note := func(message, hint string) {
		*notes = append(*notes, idp.Note{Field: "email_claim", Message: message, Hint: hint})
	}
	email, source := "", idToken
	for _, s := range []map[string]any{idToken, info} {
		if value, _, _ := text(s, c.EmailClaim); value != "" {
			email, source = value, s
			break
		}
	}
	if email == "" {
		note("The provider sends no "+clean(c.EmailClaim, 60)+".", "Ask for the scope email, or name another claim.")
		return "", nil
	}
	if local, domain, ok := strings.Cut(email, "@"); !ok || local == "" || domain == "" || strings.Contains(domain, "@") || !plain(email, 320) || strings.ContainsAny(email, " <>,;") {
		note("What the provider sends as e-mail address is none.", "Name the claim that holds it.")
		return "", nil
	}
	email = strings.ToLower(email)
	if c.EmailClaim != "email" {
		return email, nil
	}
	if twin, _ := info["email"].(string); source["email_verified"] == nil && strings.EqualFold(twin, email) {
		source = info
	}
	switch verified := source["email_verified"].(type) {
	case bool:
		if !verified {
			note("The provider says that the e-mail address is not verified.", "It will not link accounts to one person.")
		}
		return email, &verified
	case nil:
	default:
		note("email_verified is neither true nor false but something else, so the address counts as not verified.", "Let the provider send a JSON boolean.")
		return email, new(bool)
	}
	return email, nil
}

// merge shows every claim as received: the ID token's, and those that only the userinfo answer has. What serves the
// protocol alone is left out, as are access tokens for distributed claims (OpenID Connect Core §5.6.2).
func merge(idToken, info map[string]any) map[string]any {
	all := maps.Clone(info)
	if all == nil {
		all = map[string]any{}
	}
	maps.Copy(all, idToken)
	for _, name := range []string{"nonce", "at_hash", "c_hash", "s_hash"} {
		delete(all, name)
	}
	sources, _ := all["_claim_sources"].(map[string]any)
	shown := map[string]any{}
	for name, source := range sources {
		if object, ok := source.(map[string]any); ok && object["endpoint"] != nil {
			shown[name] = map[string]any{"endpoint": object["endpoint"]}
		}
	}
	if _, present := all["_claim_sources"]; present {
		all["_claim_sources"] = shown
	}
	return all
}
