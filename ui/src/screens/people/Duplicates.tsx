import { Button } from '@mantine/core'
import { useQueries } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { call } from '../../api/client'
import { type Account, linkAccount, type PersonDetail } from '../../api/generated'
import { Banner } from '../../elements/Chips'
import { Confirm } from '../../elements/Confirm'
import { mayManage } from '../../session/roles'
import { useSession } from '../../session/session'
import styles from './People.module.css'
import { personQuery, useChange } from './queries'

/** Duplicates shows who may be the same person, and lets an identity admin join them: their accounts become this person's. */
export function Duplicates({ person }: { person: PersonDetail }) {
  const { data: session } = useSession()
  const others = useQueries({ queries: person.duplicates.map((one) => personQuery(one.id)) })
  const [chosen, setChosen] = useState<Account>()
  const link = useChange(
    (account: string) => call(linkAccount({ path: { id: person.id }, body: { account } })),
    () => setChosen(undefined),
  )
  if (person.duplicates.length === 0) return null
  return (
    <Banner tone="warn" title="May be the same person as somebody else">
      <p>
        Another person has the same e-mail address, and nothing proves that both are one. Until that is
        settled, this person can’t approve anything. Link the other account if they are one, or disable the
        person who shouldn’t be here.
      </p>
      <ul className={styles.list}>
        {person.duplicates.map((other, i) => (
          <li key={other.id} className={styles.row}>
            <Link to="/people/$id" params={{ id: other.id }}>
              {other.name} ({other.email})
            </Link>
            {mayManage(session?.user) &&
              others[i]?.data?.accounts.map((account) => (
                <Button
                  key={account.id}
                  size="compact-xs"
                  variant="default"
                  onClick={() => {
                    link.reset()
                    setChosen(account)
                  }}
                >
                  Link the account of {account.connection} to {person.name}
                </Button>
              ))}
          </li>
        ))}
      </ul>
      <Confirm
        opened={chosen !== undefined}
        onClose={() => setChosen(undefined)}
        title="Link this account?"
        action="Link account"
        pending={link.isPending}
        error={link.error}
        onConfirm={() => chosen && link.mutate(chosen.id)}
      >
        The account {chosen?.email || chosen?.subject} of {chosen?.connection} becomes {person.name}’s:
        whoever signs in with it is {person.email} from then on, with that person’s groups and roles. What it
        is signed in with now ends.
      </Confirm>
    </Banner>
  )
}
