import type { Role, User } from '../api/generated'

export const roleNames: Record<Role, string> = {
  owner: 'Owner',
  identity_admin: 'Identity admin',
  security_admin: 'Security admin',
  platform_admin: 'Platform admin',
  engineering_manager: 'Engineering manager',
  reviewer: 'Reviewer',
  auditor: 'Auditor',
}

/** hasRole mirrors the server's rule, to hide what would be refused; the server decides. The owner holds every role. */
export function hasRole(user: User | undefined, ...roles: Role[]): boolean {
  if (!user) return false
  return user.roles.includes('owner') || user.roles.some((role) => roles.includes(role))
}
