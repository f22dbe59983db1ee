import type { ConnectionKind, ConnectionUrls } from '../../api/generated'

/** addressesOf are the addresses that a connection will have: an admin enters them at the provider before it is saved here. */
export function addressesOf(base: string, kind: ConnectionKind, id: string): ConnectionUrls {
  const at = `${base.replace(/\/$/, '')}/sso/${id || 'ID'}`
  if (kind === 'saml') return { acs: `${at}/saml/acs`, entity_id: `${at}/saml/metadata` }
  if (kind === 'oidc') {
    return {
      callback: `${at}/callback`,
      post_logout: `${base.replace(/\/$/, '')}/`,
      backchannel_logout: `${at}/backchannel-logout`,
    }
  }
  return {}
}
