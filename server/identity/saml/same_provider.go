package saml

// SameProvider reports whether two configurations are certain to mean the same identity provider: both name it, or its metadata
// comes from the same address and neither says otherwise. New certificates for it change nothing about who it is.
func (c *Config) SameProvider(other *Config) bool {
	a, b := c.provider(), other.provider()
	if a != "" && b != "" {
		return a == b
	}
	return c.MetadataURL != "" && c.MetadataURL == other.MetadataURL
}

// provider is the entity id that the configuration names or that its pasted metadata holds; "" where only the metadata address
// would tell.
func (c *Config) provider() string {
	if c.EntityID != "" || c.Metadata == "" {
		return c.EntityID
	}
	if p, refusal := parseProvider([]byte(c.Metadata), ""); refusal == nil {
		return p.entityID
	}
	return ""
}
