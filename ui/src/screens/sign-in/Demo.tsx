import { useMutation, useQueryClient } from '@tanstack/react-query'
import { call } from '../../api/client'
import { demoSignIn, type User } from '../../api/generated'
import { Note } from '../../elements/States'
import { Entry } from '../../layout/Entry'
import entry from '../../layout/Entry.module.css'
import { roleNames } from '../../session/roles'
import { enter } from '../../session/session'
import styles from './Demo.module.css'

/** Demo lets a newcomer look at the sample organisation with the eyes of any of its people. */
export function Demo({ people, onOwn }: { people: User[]; onOwn: () => void }) {
  const queries = useQueryClient()
  const choose = useMutation({
    mutationFn: (email: string) => call(demoSignIn({ body: { email } })),
    onSuccess: (session) => enter(queries, session),
  })
  return (
    <Entry
      title="Look around as"
      lead="This is a demo with a sample organisation. Choose who you want to be; each sees what their role allows."
    >
      <ul className={styles.people}>
        {ownerFirst(people).map((user) => (
          <li key={user.email}>
            <button
              type="button"
              className={styles.person}
              disabled={choose.isPending}
              onClick={() => choose.mutate(user.email)}
            >
              <span className={styles.name}>{user.name}</span>
              <span className={styles.role}>
                {user.roles.map((role) => roleNames[role]).join(', ') || 'Engineer'}
              </span>
            </button>
          </li>
        ))}
      </ul>
      <Note error={choose.error} />
      <button type="button" className={entry.link} onClick={onOwn}>
        Sign in with a password
      </button>
    </Entry>
  )
}

// A newcomer who takes the first should see everything.
function ownerFirst(people: User[]): User[] {
  const isOwner = (user: User) => user.roles.includes('owner')
  return [...people.filter(isOwner), ...people.filter((user) => !isOwner(user))]
}
