import { SegmentedControl, TextInput } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { IconSearch } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { Frame } from '../../elements/DataTable'
import { Pager } from '../../elements/Pager'
import { Empty, Failure, Loading } from '../../elements/States'
import { Page } from '../../layout/Page'
import { mayManage } from '../../session/roles'
import { useSession } from '../../session/session'
import { DeviceTable } from './DeviceTable'
import { Lives } from './Lives'
import { devicesQuery, pageSize } from './queries'

/** Devices lists the sign-ins of agents: each is a machine on which somebody signed in, until it ends. */
export function Devices() {
  const [text, setText] = useState('')
  const [state, setState] = useState<'active' | 'ended'>('active')
  const [page, setPage] = useState(0)
  const [q] = useDebouncedValue(text.trim(), 200)
  const { data: session } = useSession()
  const query = useQuery(devicesQuery(q, state, page))
  return (
    <Page
      title="Devices"
      lead="Where agents are signed in. Each has short-lived credentials of its own; cutting one off works from its next request on."
    >
      <Lives editable={mayManage(session?.user)} />
      <Frame
        filters={
          <>
            <TextInput
              size="xs"
              aria-label="Search devices"
              placeholder="Person or device"
              leftSection={<IconSearch size={14} />}
              value={text}
              onChange={(event) => {
                setText(event.currentTarget.value)
                setPage(0)
              }}
            />
            <SegmentedControl
              size="xs"
              aria-label="Which sign-ins to show"
              value={state}
              onChange={(value) => {
                setState(value as 'active' | 'ended')
                setPage(0)
              }}
              data={[
                { value: 'active', label: 'Active' },
                { value: 'ended', label: 'Ended lately' },
              ]}
            />
          </>
        }
      >
        {query.isPending && <Loading what="devices" />}
        {query.isError && <Failure error={query.error} again={() => query.refetch()} />}
        {query.data &&
          (query.data.credentials.length > 0 ? (
            <DeviceTable devices={query.data.credentials} />
          ) : (
            <Empty
              title={
                q
                  ? 'Nothing matches.'
                  : state === 'active'
                    ? 'No agent is signed in.'
                    : 'No sign-in ended lately.'
              }
            >
              {!q &&
                state === 'active' &&
                'An engineer signs in with `ambit login` or with /login in the agent.'}
            </Empty>
          ))}
        <Pager page={page} size={pageSize} total={query.data?.total ?? 0} onPage={setPage} />
      </Frame>
    </Page>
  )
}
