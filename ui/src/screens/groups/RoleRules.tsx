import { Button } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { IconPlus } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { call } from '../../api/client'
import { deleteRoleRule, type RoleRule } from '../../api/generated'
import { Confirm } from '../../elements/Confirm'
import { cells, DataTable } from '../../elements/DataTable'
import { Empty, Failure, Loading } from '../../elements/States'
import { ago, fullTime } from '../../elements/times'
import { Panel } from '../../layout/Page'
import { mayCut, roleNames } from '../../session/roles'
import { useSession } from '../../session/session'
import { useChange } from '../people/queries'
import { AddRule } from './AddRule'
import { rulesQuery } from './queries'

/** RoleRules are which groups give which console roles. */
export function RoleRules() {
  const query = useQuery(rulesQuery)
  const { data: session } = useSession()
  const [adding, add] = useDisclosure(false)
  const [doomed, setDoomed] = useState<RoleRule>()
  const drop = useChange(
    (id: string) => call(deleteRoleRule({ path: { id } })),
    () => setDoomed(undefined),
  )
  const may = mayCut(session?.user)
  return (
    <Panel
      title="Role rules"
      aside={
        may && (
          <Button size="xs" variant="default" leftSection={<IconPlus size={14} />} onClick={add.open}>
            Add rule
          </Button>
        )
      }
    >
      {query.isPending && <Loading what="role rules" lines={3} />}
      {query.isError && <Failure error={query.error} again={() => query.refetch()} />}
      {query.data?.rules.length === 0 && (
        <Empty title="No group gives a console role.">
          Without rules only people who were given a role by hand have one.
        </Empty>
      )}
      {query.data && query.data.rules.length > 0 && (
        <DataTable
          label="Role rules"
          columns={['Members of', 'Get the role', 'For', 'Since', ...(may ? ['!Remove'] : [])]}
        >
          {query.data.rules.map((rule) => (
            <tr key={rule.id}>
              <td className={cells.name}>{rule.group}</td>
              <td>{roleNames[rule.role]}</td>
              <td className="muted">{rule.repositories.join(', ') || 'Everything'}</td>
              <td className="muted" title={fullTime(rule.created_at)}>
                {ago(rule.created_at)} by {rule.created_by}
              </td>
              {may && (
                <td className={cells.end}>
                  <Button
                    variant="default"
                    size="compact-xs"
                    aria-label={`Remove ${roleNames[rule.role]} from ${rule.group}`}
                    onClick={() => {
                      drop.reset()
                      setDoomed(rule)
                    }}
                  >
                    Remove
                  </Button>
                </td>
              )}
            </tr>
          ))}
        </DataTable>
      )}
      <AddRule opened={adding} onClose={add.close} />
      <Confirm
        opened={doomed !== undefined}
        onClose={() => setDoomed(undefined)}
        title="Remove this rule?"
        action="Remove rule"
        danger
        pending={drop.isPending}
        error={drop.error}
        onConfirm={() => doomed && drop.mutate(doomed.id)}
      >
        Members of {doomed?.group} lose the role {doomed && roleNames[doomed.role].toLowerCase()} at once, in
        open sessions too.
      </Confirm>
    </Panel>
  )
}
