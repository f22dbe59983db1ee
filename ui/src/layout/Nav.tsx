import {
  IconActivityHeartbeat,
  IconArchive,
  IconBroadcast,
  IconDevices,
  IconKey,
  IconListSearch,
  IconLogin2,
  IconPlugConnected,
  IconShieldCheck,
  IconUsers,
  IconUsersGroup,
} from '@tabler/icons-react'
import { Link } from '@tanstack/react-router'
import type { Role, User } from '../api/generated'
import { directoryReaders, hasRole } from '../session/roles'
import styles from './Nav.module.css'

interface Room {
  to:
    | '/audit'
    | '/policy'
    | '/people'
    | '/groups'
    | '/connections'
    | '/devices'
    | '/sinks'
    | '/retention'
    | '/tokens'
    | '/status'
    | '/connect'
  label: string
  Icon: typeof IconKey
  roles?: Role[] // without: for everybody
}

/** rooms mirrors the server's table of who may call what, so that nobody is led to a refusal. */
export const rooms: Room[] = [
  {
    to: '/audit',
    label: 'Audit',
    Icon: IconListSearch,
    roles: ['auditor', 'security_admin', 'platform_admin'],
  },
  {
    to: '/policy',
    label: 'Policy',
    Icon: IconShieldCheck,
    roles: [
      'security_admin',
      'identity_admin',
      'platform_admin',
      'engineering_manager',
      'reviewer',
      'auditor',
    ],
  },
  { to: '/people', label: 'People', Icon: IconUsers, roles: directoryReaders },
  { to: '/groups', label: 'Groups', Icon: IconUsersGroup, roles: directoryReaders },
  { to: '/connections', label: 'Connections', Icon: IconLogin2, roles: directoryReaders },
  { to: '/devices', label: 'Devices', Icon: IconDevices, roles: directoryReaders },
  {
    to: '/sinks',
    label: 'Sinks',
    Icon: IconBroadcast,
    roles: ['platform_admin', 'security_admin', 'auditor'],
  },
  {
    to: '/retention',
    label: 'Retention',
    Icon: IconArchive,
    roles: ['platform_admin', 'security_admin', 'auditor'],
  },
  { to: '/tokens', label: 'API tokens', Icon: IconKey, roles: ['security_admin', 'identity_admin'] },
  { to: '/connect', label: 'Connect an agent', Icon: IconPlugConnected },
  { to: '/status', label: 'Status', Icon: IconActivityHeartbeat },
]

export const roomsFor = (user: User | undefined) =>
  rooms.filter((room) => !room.roles || hasRole(user, ...room.roles))

export function Nav({ user }: { user: User | undefined }) {
  return (
    <nav aria-label="Main" className={styles.nav}>
      {roomsFor(user).map(({ to, label, Icon }) => (
        <Link key={to} to={to} className={styles.item} activeProps={{ 'aria-current': 'page' }}>
          <Icon size={17} stroke={1.7} aria-hidden />
          {label}
        </Link>
      ))}
    </nav>
  )
}
