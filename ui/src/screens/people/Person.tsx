import { useQuery } from '@tanstack/react-query'
import { Link, useParams } from '@tanstack/react-router'
import type { PersonDetail } from '../../api/generated'
import { Banner } from '../../elements/Chips'
import { Failure, Loading } from '../../elements/States'
import { Page } from '../../layout/Page'
import { mayCut } from '../../session/roles'
import { useSession } from '../../session/session'
import { Accounts } from './Accounts'
import { Duplicates } from './Duplicates'
import { Mays } from './Mays'
import { OpenNow } from './OpenNow'
import styles from './People.module.css'
import { PersonActions } from './PersonActions'
import { Preview } from './Preview'
import { personQuery } from './queries'

export function Person() {
  const { id } = useParams({ from: '/people/$id' })
  const query = useQuery(personQuery(id))
  const { data: session } = useSession()
  const person = query.data
  return (
    <Page
      title={person?.name ?? 'Person'}
      lead={person && <Names person={person} />}
      actions={person && mayCut(session?.user) && <PersonActions person={person} />}
    >
      <Link to="/people" className={styles.back}>
        ← All people
      </Link>
      {query.isPending && <Loading what="the person" />}
      {query.isError && <Failure error={query.error} again={() => query.refetch()} />}
      {person && (
        <>
          {person.disabled && (
            <Banner tone="bad" title="Disabled">
              Nothing is accepted in this name: no sign-in, no agent, no token bound to it.
            </Banner>
          )}
          {person.owner && (
            <Banner tone="watch" title="Break-glass owner">
              This account signs in with a password and a second factor of its own, for when single sign-on
              fails. Each such sign-in is in the audit ledger.
            </Banner>
          )}
          <Duplicates person={person} />
          <Mays person={person} />
          <OpenNow person={person} />
          <Accounts person={person} />
          <Preview person={person} />
        </>
      )}
    </Page>
  )
}

function Names({ person }: { person: PersonDetail }) {
  return (
    <>
      {person.email}
      {person.contact && ` · says ${person.contact}, which nothing proves`}
    </>
  )
}
