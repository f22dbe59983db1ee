package oidc

// AnnouncesLogout reports whether the provider is known to announce back-channel logout. It asks nobody: before the provider was
// spoken to, and when that is long ago, the answer is no.
func (p *Provider) AnnouncesLogout() bool {
	p.metadata.mu.Lock()
	defer p.metadata.mu.Unlock()
	m, _, err := p.metadata.held()
	return err == nil && m.BackchannelLogout
}
