package oidc

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"ambit/server/identity/idp"
)

// authParams are the parameters that an admin may add to the authorization request. Everything that carries the protocol
// (redirect_uri, response_type, response_mode, state, …) is missing on purpose.
var authParams = []string{
	"acr_values",                 // OpenID Connect Core: which strength of authentication
	"connection", "organization", // Auth0
	"domain_hint",       // Entra ID
	"hd",                // Google: which Workspace domain; the claim is checked
	"idp",               // Okta: which provider behind it
	"kc_idp_hint",       // Keycloak: the same
	"max_age", "prompt", // OpenID Connect Core: how fresh; max_age is checked against auth_time
	"ui_locales", // languages of the sign-in page
}

func (c *Config) checkAuthParams() []*idp.Refusal {
	var wrong []*idp.Refusal
	bad := func(message, remedy string) { wrong = append(wrong, misconfigured("auth_params", message, remedy)) }
	for _, name := range slices.Sorted(maps.Keys(c.AuthParams)) {
		value := c.AuthParams[name]
		switch {
		case !slices.Contains(authParams, name):
			bad(fmt.Sprintf("the parameter %q can't be set", clean(name, 40)), "Choose from "+strings.Join(authParams, ", ")+".")
		case !plain(value, 200):
			bad(fmt.Sprintf("the value of %s is empty, too long or not printable", name), "Write a value of at most 200 characters, or remove the parameter.")
		case name == "max_age":
			if n, err := strconv.Atoi(value); err != nil || n < 0 || strconv.Itoa(n) != value {
				bad("max_age must be a whole number of seconds", "Write, for example, 3600.")
			}
		case name == "prompt":
			for word := range strings.FieldsSeq(value) {
				if word != "login" && word != "consent" && word != "select_account" {
					bad(fmt.Sprintf("prompt can't be %q", clean(word, 40)), "Choose from login, consent and select_account.")
				}
			}
		}
	}
	return wrong
}

// maxAge is the oldest that the proof of identity may be; ok is false where the admin doesn't ask.
func (c *Config) maxAge() (seconds int, ok bool) {
	n, err := strconv.Atoi(c.AuthParams["max_age"])
	return n, err == nil && n >= 0
}
