package sso

// URLs are what an admin enters at the identity provider.
type URLs struct {
	Callback          string `json:"callback,omitempty"`           // OIDC redirect URI
	BackChannelLogout string `json:"backchannel_logout,omitempty"` // OIDC
	PostLogout        string `json:"post_logout,omitempty"`        // OIDC
	EntityID          string `json:"entity_id,omitempty"`          // SAML, also where our metadata is
	ACS               string `json:"acs,omitempty"`                // SAML assertion consumer service
	SCIM              string `json:"scim"`                         // base URL for provisioning
}

// URLs of one connection.
func (s *Service) URLs(connection string) URLs {
	base := "/sso/" + connection
	return URLs{
		Callback: s.at(base + "/callback"), BackChannelLogout: s.at(base + "/backchannel-logout"), PostLogout: s.at("/"),
		EntityID: s.at(base + "/saml/metadata"), ACS: s.at(base + "/saml/acs"), SCIM: s.at("/scim/v2"),
	}
}
