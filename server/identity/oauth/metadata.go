package oauth

import "github.com/gofiber/fiber/v2"

// The grant types that the token endpoint knows.
const (
	grantDevice   = "urn:ietf:params:oauth:grant-type:device_code"
	grantRefresh  = "refresh_token"
	grantExchange = "urn:ietf:params:oauth:grant-type:token-exchange"
)

// metadata tells agents where the endpoints are (RFC 8414, section 2). Claude Code wants all of them on one origin, and the
// version of the gateway protocol.
func (s *Service) metadata(c *fiber.Ctx) error {
	base := s.base(c)
	none := []string{"none"} // public clients only
	c.Set(fiber.HeaderCacheControl, "no-cache")
	return c.JSON(struct {
		Issuer              string   `json:"issuer"`
		DeviceAuthorization string   `json:"device_authorization_endpoint"`
		Token               string   `json:"token_endpoint"`
		Revocation          string   `json:"revocation_endpoint"`
		Introspection       string   `json:"introspection_endpoint"`
		GrantTypes          []string `json:"grant_types_supported"`
		ResponseTypes       []string `json:"response_types_supported"`
		Scopes              []string `json:"scopes_supported"`
		TokenAuth           []string `json:"token_endpoint_auth_methods_supported"`
		RevocationAuth      []string `json:"revocation_endpoint_auth_methods_supported"`
		GatewayProtocol     int      `json:"gateway_protocol_version"`
	}{
		base, base + "/oauth/device_authorization", base + "/oauth/token", base + "/oauth/revoke", base + "/oauth/introspect",
		[]string{grantDevice, grantRefresh, grantExchange},
		[]string{},
		[]string{"agent"},
		none, none, 1,
	})
}
