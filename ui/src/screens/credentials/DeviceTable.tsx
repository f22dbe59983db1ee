import { Button } from '@mantine/core'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { call } from '../../api/client'
import { type Credential, cutOffCredential } from '../../api/generated'
import { Confirm } from '../../elements/Confirm'
import { cells, DataTable } from '../../elements/DataTable'
import { ago, dayOf, fullTime } from '../../elements/times'
import { mayCut } from '../../session/roles'
import { useSession } from '../../session/session'
import { useChange } from '../people/queries'

export function DeviceTable({ devices }: { devices: Credential[] }) {
  const { data: session } = useSession()
  const [doomed, setDoomed] = useState<Credential>()
  const cut = useChange(
    (id: string) => call(cutOffCredential({ path: { id } })),
    () => setDoomed(undefined),
  )
  const may = mayCut(session?.user)
  return (
    <>
      <DataTable
        label="Devices"
        columns={[
          'Device',
          'Person',
          'Signed in',
          'Last used',
          'Vouched for',
          'Ends',
          ...(may ? ['!Cut off'] : []),
        ]}
      >
        {devices.map((device) => (
          <tr key={device.id} className={device.active ? undefined : cells.faded}>
            <td className={cells.name}>
              {device.device || 'Unnamed device'}
              <div className={cells.sub}>{device.last_address}</div>
            </td>
            <td>
              <Link to="/people/$id" params={{ id: device.person_id }}>
                {device.person}
              </Link>
            </td>
            <td className="muted" title={fullTime(device.created_at)}>
              {ago(device.created_at)}
              {device.connection && ` through ${device.connection}`}
            </td>
            <td className="muted">{device.last_used_at ? ago(device.last_used_at) : 'Not yet'}</td>
            <td className="muted">{device.checked_at ? ago(device.checked_at) : 'At sign-in only'}</td>
            <td className="muted">
              {device.revoked_at
                ? `Ended ${ago(device.revoked_at)}: ${device.revoked_why || 'revoked'}`
                : dayOf(device.expires_at)}
            </td>
            {may && (
              <td className={cells.end}>
                {device.active && (
                  <Button
                    variant="default"
                    size="compact-xs"
                    aria-label={`Cut off ${device.device || 'the device'} of ${device.person} now`}
                    onClick={() => {
                      cut.reset()
                      setDoomed(device)
                    }}
                  >
                    Cut off now
                  </Button>
                )}
              </td>
            )}
          </tr>
        ))}
      </DataTable>
      <Confirm
        opened={doomed !== undefined}
        onClose={() => setDoomed(undefined)}
        title={`Cut off ${doomed?.device || 'this device'} now?`}
        action="Cut off now"
        danger
        pending={cut.isPending}
        error={cut.error}
        onConfirm={() => doomed && cut.mutate(doomed.id)}
      >
        The agent of {doomed?.person} on this device is refused from its next request on, and model answers
        that are under way stop. The person may sign in there again.
      </Confirm>
    </>
  )
}
