import { Button } from '@mantine/core'
import { IconPlus } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import type { Connection } from '../../api/generated'
import { Badge } from '../../elements/Chips'
import { cells, DataTable, Frame } from '../../elements/DataTable'
import { Empty, Failure, Loading } from '../../elements/States'
import { Page } from '../../layout/Page'
import { mayManage } from '../../session/roles'
import { useSession } from '../../session/session'
import { connectionsQuery } from './queries'
import { kindWords, span, stageWords } from './words'

export function Connections() {
  const query = useQuery(connectionsQuery)
  const { data: session } = useSession()
  return (
    <Page
      title="Connections"
      lead="How people sign in: your identity providers, each first tried out by a few and then open to everybody."
      actions={
        mayManage(session?.user) && (
          <Button component={Link} to="/connections/new" leftSection={<IconPlus size={16} />}>
            Add connection
          </Button>
        )
      }
    >
      <Frame>
        {query.isPending && <Loading what="connections" />}
        {query.isError && <Failure error={query.error} again={() => query.refetch()} />}
        {query.data?.connections.length === 0 && (
          <Empty title="There is no connection yet.">
            Until one is live, only the owner can sign in, with the password and second factor from set-up.
          </Empty>
        )}
        {query.data && query.data.connections.length > 0 && <Table connections={query.data.connections} />}
      </Frame>
    </Page>
  )
}

function Table({ connections }: { connections: Connection[] }) {
  return (
    <DataTable
      label="Connections"
      columns={['Name', 'Stage', 'People', 'SCIM', 'After a departure, at worst']}
    >
      {connections.map((connection) => (
        <tr key={connection.id}>
          <td className={cells.name}>
            <Link to="/connections/$id" params={{ id: connection.id }}>
              {connection.name}
            </Link>
            <div className={cells.sub}>{kindWords[connection.kind]}</div>
          </td>
          <td>
            <Badge tone={stageWords[connection.stage].tone}>{stageWords[connection.stage].label}</Badge>
          </td>
          <td className="tabular">{connection.people}</td>
          <td>{connection.scim_active ? 'Active' : <span className="muted">Not used</span>}</td>
          <td className="muted">
            {connection.kind !== 'workload' && <>Console {span(connection.departure.console_s)} · </>}
            agents {span(connection.departure.agents_s)}
          </td>
        </tr>
      ))}
    </DataTable>
  )
}
