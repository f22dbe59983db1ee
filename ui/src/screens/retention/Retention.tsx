import { useQuery } from '@tanstack/react-query'
import { Failure, Loading } from '../../elements/States'
import { Page } from '../../layout/Page'
import { hasRole } from '../../session/roles'
import { useSession } from '../../session/session'
import { Holds } from './Holds'
import { Purge } from './Purge'
import { retentionQuery } from './queries'
import { Rules } from './Rules'

export function Retention() {
  const query = useQuery(retentionQuery)
  const { data: session } = useSession()
  const keeps = hasRole(session?.user, 'security_admin', 'platform_admin')
  return (
    <Page
      title="Retention"
      lead="How long events and prompts are kept, and what must stay whatever their age. What is removed leaves its hash behind, so that the ledger still verifies."
    >
      {query.isPending && <Loading what="the rules" />}
      {query.isError && !query.data && <Failure error={query.error} again={() => query.refetch()} />}
      {query.data && <Rules key={JSON.stringify(query.data.rules)} rules={query.data.rules} writes={keeps} />}
      <Holds writes={keeps} />
      {hasRole(session?.user, 'security_admin') && <Purge />}
    </Page>
  )
}
