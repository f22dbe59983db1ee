import { type MantineColorScheme, Menu, UnstyledButton, useMantineColorScheme } from '@mantine/core'
import { IconLogout, IconSelector, IconUsers } from '@tabler/icons-react'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { call } from '../api/client'
import { type Session, signOut } from '../api/generated'
import { roleNames } from '../session/roles'
import { sessionQuery } from '../session/session'
import styles from './AccountMenu.module.css'

const themes = [
  { value: 'light', label: 'Light' },
  { value: 'dark', label: 'Dark' },
  { value: 'auto', label: 'As the system' },
]

export function AccountMenu({ session }: { session: Session }) {
  const { colorScheme, setColorScheme } = useMantineColorScheme()
  const queries = useQueryClient()
  const navigate = useNavigate()
  const leave = useMutation({
    mutationFn: () => call(signOut()),
    onSettled: async (answer) => {
      // The identity provider has a place to sign out too: the browser leaves the console for it.
      if (answer?.redirect && /^https?:\/\//.test(answer.redirect))
        return window.location.assign(answer.redirect)
      // First the session, so that the room and what it loads are gone before the data is.
      await queries.invalidateQueries({ queryKey: sessionQuery.queryKey })
      await navigate({ to: '/sign-in' })
      queries.removeQueries({ predicate: (query) => query.queryKey[0] !== 'session' })
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
        <Menu.RadioGroup
          value={colorScheme}
          onChange={(value) => setColorScheme(value as MantineColorScheme)}
        >
          {themes.map(({ value, label }) => (
            <Menu.RadioItem key={value} value={value}>
              {label}
            </Menu.RadioItem>
          ))}
        </Menu.RadioGroup>
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
