import { Link } from '@tanstack/react-router'
import type { Account, PersonDetail } from '../../api/generated'
import { Badge, Chips } from '../../elements/Chips'
import { cells, DataTable, Frame } from '../../elements/DataTable'
import { ago } from '../../elements/times'
import { Panel } from '../../layout/Page'

/** Accounts is what each identity provider calls a person. */
export function Accounts({ person }: { person: PersonDetail }) {
  if (person.accounts.length === 0) {
    return (
      <Panel title="Accounts">
        <div className="muted">None: this person was added by hand and comes through no connection.</div>
      </Panel>
    )
  }
  return (
    <Frame>
      <DataTable label="Accounts" columns={['Account', 'Connection', 'Groups', 'State', 'Last sign-in']}>
        {person.accounts.map((account) => (
          <tr key={account.id} className={account.counts ? undefined : cells.faded}>
            <td className={cells.name}>
              {account.user_name || account.email || account.name || account.subject}
              <div className={cells.sub}>{account.subject || 'Has not signed in yet'}</div>
            </td>
            <td>
              <Link to="/connections/$id" params={{ id: account.connection }}>
                {account.connection}
              </Link>
            </td>
            <td>
              <Chips words={account.groups} more={5} none={account.groups_known ? 'None' : 'Not known'} />
            </td>
            <td>
              <State account={account} />
            </td>
            <td className="muted">{account.signed_in_at ? ago(account.signed_in_at) : 'Never'}</td>
          </tr>
        ))}
      </DataTable>
    </Frame>
  )
}

function State({ account }: { account: Account }) {
  if (!account.active) return <Badge tone="bad">Deactivated there</Badge>
  if (!account.counts) return <Badge tone="plain">Connection not open</Badge>
  return <Badge tone="good">{account.provisioned ? 'Provisioned' : 'Signs in'}</Badge>
}
