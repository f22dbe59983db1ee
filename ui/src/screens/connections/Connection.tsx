import { useQuery } from '@tanstack/react-query'
import { Link, useParams } from '@tanstack/react-router'
import type { ConnectionDetail } from '../../api/generated'
import { Badge } from '../../elements/Chips'
import { Failure, Loading } from '../../elements/States'
import { Page, Panel } from '../../layout/Page'
import { mayManage } from '../../session/roles'
import { useSession } from '../../session/session'
import people from '../people/People.module.css'
import { Addresses } from './Addresses'
import { Departure } from './Departure'
import { Keys } from './Keys'
import { connectionQuery } from './queries'
import { Remove } from './Remove'
import { Scim } from './Scim'
import { Settings } from './Settings'
import { StagePanel } from './StagePanel'
import { Testers } from './Testers'
import { TryOut } from './TryOut'
import { kindWords, stageWords } from './words'

/** Connection is one connection: how far it is open, how to try it out, and its settings. */
export function Connection() {
  const { id } = useParams({ from: '/connections/$id' })
  const query = useQuery(connectionQuery(id))
  const { data: session } = useSession()
  const connection = query.data
  return (
    <Page
      title={connection?.name ?? 'Connection'}
      lead={
        connection && (
          <>
            {kindWords[connection.kind]} ·{' '}
            <Badge tone={stageWords[connection.stage].tone}>{stageWords[connection.stage].label}</Badge>
          </>
        )
      }
    >
      <Link to="/connections" className={people.back}>
        ← All connections
      </Link>
      {query.isPending && <Loading what="the connection" />}
      {query.isError && <Failure error={query.error} again={() => query.refetch()} />}
      {connection && <Panels connection={connection} manages={mayManage(session?.user)} />}
    </Page>
  )
}

function Panels({ connection, manages }: { connection: ConnectionDetail; manages: boolean }) {
  const people = connection.kind !== 'workload'
  return (
    <>
      <StagePanel connection={connection} manages={manages} />
      {manages && <TryOut connection={connection} />}
      {people && <Testers connection={connection} manages={manages} />}
      <Departure connection={connection} />
      {people && (
        <Panel title="Addresses for the identity provider">
          <Addresses urls={{ ...connection.urls, scim: undefined }} />
        </Panel>
      )}
      {people && <Scim connection={connection} manages={manages} />}
      <Settings connection={connection} manages={manages} />
      {connection.kind === 'saml' && manages && <Keys connection={connection} />}
      {manages && <Remove connection={connection} />}
    </>
  )
}
