// Package idp starts real identity providers for tests, and drives them as a browser would, by plain HTTP. A certified OpenID
// provider stands in oidc-provider (op.mjs says what it can be told); npm installs it when it is first needed.
package idp
