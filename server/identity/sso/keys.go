package sso

// KeysRolling reports whether a SAML connection publishes two keys of its own: new ones wait for the identity provider to have
// them.
func (s *Service) KeysRolling(id string) bool {
	p, err := s.providerOf(id)
	if err != nil || p.saml == nil {
		return false
	}
	keys, err := samlKeys(p.of)
	return err == nil && keys.Next != nil
}
