import type { GroupOrigin, PersonRole } from '../../api/generated'

/** originWords says where a group comes from. */
export function originWords(origin: GroupOrigin): string {
  switch (origin.kind) {
    case 'direct':
      return 'by hand'
    case 'scim':
      return `provisioned by ${origin.connection}`
    case 'claims':
      return `sent by ${origin.connection}`
  }
}

/** whyRole says why somebody has a role. */
export function whyRole(role: PersonRole): string {
  return role.direct ? 'given by hand' : `as a member of ${role.group}`
}
