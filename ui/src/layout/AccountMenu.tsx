import { Menu, UnstyledButton, useMantineColorScheme } from '@mantine/core'
import {
  IconCheck,
  IconDeviceDesktop,
  IconLogout,
  IconMoon,
  IconSelector,
  IconSun,
  IconUsers,
} from '@tabler/icons-react'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { call } from '../api/client'
import { type Session, signOut } from '../api/generated'
import { roleNames } from '../session/roles'
import { sessionQuery } from '../session/session'
import styles from './AccountMenu.module.css'

const themes = [
  { value: 'light', label: 'Light', Icon: IconSun },
  { value: 'dark', label: 'Dark', Icon: IconMoon },
  { value: 'auto', label: 'As the system', Icon: IconDeviceDesktop },
] as const

export function AccountMenu({ session }: { session: Session }) {
  const { colorScheme, setColorScheme } = useMantineColorScheme()
  const queries = useQueryClient()
  const navigate = useNavigate()
  const leave = useMutation({
    mutationFn: () => call(signOut()),
    onSettled: async () => {
      queries.removeQueries({ predicate: (query) => query.queryKey[0] !== 'session' })
      await queries.invalidateQueries({ queryKey: sessionQuery.queryKey })
      await navigate({ to: '/sign-in' })
    },
  })
  const user = session.user
  if (!user) return null

  return (
    <Menu position="top-start" width={220}>
      <Menu.Target>
        <UnstyledButton className={styles.account}>
          <span className={styles.initials} aria-hidden>
            {initials(user.name)}
          </span>
          <span className={styles.who}>
            <span className={styles.name}>{user.name}</span>
            <span className={styles.role}>
              {user.roles.map((role) => roleNames[role]).join(', ') || 'No role'}
            </span>
          </span>
          <IconSelector size={15} aria-hidden />
        </UnstyledButton>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>{user.email}</Menu.Label>
        <Menu.Divider />
        <Menu.Label>Theme</Menu.Label>
        {themes.map(({ value, label, Icon }) => (
          <Menu.Item
            key={value}
            role="menuitemradio"
            aria-checked={colorScheme === value}
            leftSection={<Icon size={15} />}
            rightSection={colorScheme === value ? <IconCheck size={14} /> : null}
            onClick={() => setColorScheme(value)}
          >
            {label}
          </Menu.Item>
        ))}
        <Menu.Divider />
        <Menu.Item
          leftSection={session.demo ? <IconUsers size={15} /> : <IconLogout size={15} />}
          onClick={() => leave.mutate()}
        >
          {session.demo ? 'Sign in as someone else' : 'Sign out'}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  )
}

function initials(name: string): string {
  const words = name.split(/\s+/).filter(Boolean)
  return ((words[0]?.[0] ?? '') + (words.length > 1 ? (words.at(-1)?.[0] ?? '') : '')).toUpperCase()
}
