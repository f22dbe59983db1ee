import { TextInput } from '@mantine/core'
import { IconSearch } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import type { Group } from '../../api/generated'
import { cells, DataTable, Frame } from '../../elements/DataTable'
import { Pager } from '../../elements/Pager'
import { Empty, Failure, Loading } from '../../elements/States'
import { Page } from '../../layout/Page'
import { roleNames } from '../../session/roles'
import { Preview } from '../people/Preview'
import { originWords } from '../people/words'
import { groupsQuery } from './queries'
import { RoleRules } from './RoleRules'

const size = 50

export function Groups() {
  const query = useQuery(groupsQuery)
  const [text, setText] = useState('')
  const [page, setPage] = useState(0)
  const found =
    query.data?.groups.filter((group) => group.name.toLowerCase().includes(text.trim().toLowerCase())) ?? []
  return (
    <Page
      title="Groups"
      lead="Groups come from your identity provider, at sign-in or by SCIM. The policy turns them into permission tiers; the rules below turn them into console roles."
    >
      <Frame
        filters={
          <TextInput
            size="xs"
            aria-label="Search groups"
            placeholder="Name"
            leftSection={<IconSearch size={14} />}
            value={text}
            onChange={(event) => {
              setText(event.currentTarget.value)
              setPage(0)
            }}
          />
        }
      >
        {query.isPending && <Loading what="groups" />}
        {query.isError && <Failure error={query.error} again={() => query.refetch()} />}
        {query.data &&
          (found.length > 0 ? (
            <GroupTable
              groups={found.slice(page * size, (page + 1) * size)}
              published={query.data.policy_version > 0}
            />
          ) : (
            <Empty title={text ? 'No group matches.' : 'There is no group yet.'}>
              {!text &&
                'Groups appear with the first sign-in that brings them, or when SCIM provisions somebody who is in them.'}
            </Empty>
          ))}
        <Pager page={page} size={size} total={found.length} onPage={setPage} />
      </Frame>
      <RoleRules />
      <Preview />
    </Page>
  )
}

function GroupTable({ groups, published }: { groups: Group[]; published: boolean }) {
  return (
    <DataTable
      label="Groups"
      columns={['Group', 'People', 'Where from', 'Tier that it gives', 'Console roles that it gives']}
    >
      {groups.map((group) => (
        <tr key={group.name}>
          <td className={cells.name}>
            <Link to="/people" search={{ group: group.name }}>
              {group.name}
            </Link>
          </td>
          <td className="tabular">{group.people}</td>
          <td className="muted">{group.from.map(originWords).join(', ') || 'Nobody is in it'}</td>
          <td>
            {group.tier || <span className="muted">{published ? 'None' : 'No policy is published'}</span>}
          </td>
          <td>
            {group.roles.map((role) => roleNames[role.role]).join(', ') || (
              <span className="muted">None</span>
            )}
          </td>
        </tr>
      ))}
    </DataTable>
  )
}
