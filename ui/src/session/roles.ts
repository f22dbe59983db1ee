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

/** Who may look at people, groups, connections and devices; the server's table of routes has the last word. */
export const directoryReaders: Role[] = ['identity_admin', 'security_admin', 'auditor']

/** mayManage: let people in, and change connections. mayCut: take access away. */
export const mayManage = (user: User | undefined) => hasRole(user, 'identity_admin')
export const mayCut = (user: User | undefined) => hasRole(user, 'identity_admin', 'security_admin')
