import { Button } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { call } from '../../api/client'
import { type Hold, releaseHold } from '../../api/generated'
import { Confirm } from '../../elements/Confirm'
import { cells, DataTable } from '../../elements/DataTable'
import { Empty, Failure, Loading } from '../../elements/States'
import { dayOf } from '../../elements/times'
import { Panel } from '../../layout/Page'
import { describeSearch } from '../audit/describeSearch'
import { AddHold } from './AddHold'
import { holdsQuery, retentionQuery } from './queries'
import styles from './Retention.module.css'

/** Holds lists legal holds: what their searches find stays until they are released. */
export function Holds({ writes }: { writes: boolean }) {
  const query = useQuery(holdsQuery)
  const [adding, add] = useDisclosure(false)
  const [releasing, setReleasing] = useState<Hold>()
  const holds = query.data?.holds ?? []
  return (
    <Panel
      title="Legal holds"
      aside={
        writes && (
          <Button size="xs" variant="default" onClick={add.open}>
            Add hold
          </Button>
        )
      }
    >
      {query.isPending && <Loading what="legal holds" lines={2} />}
      {query.isError && <Failure error={query.error} again={() => query.refetch()} />}
      {query.data && holds.length === 0 && (
        <Empty title="Nothing is held.">
          A hold keeps everything that a search finds, now and later, whatever the rules say.
        </Empty>
      )}
      {holds.length > 0 && (
        <DataTable label="Legal holds" columns={['Name', 'Keeps', 'Since', '!Release']}>
          {holds.map((hold) => (
            <tr key={hold.id} className={hold.released_at ? cells.faded : undefined}>
              <td className={cells.name}>
                {hold.name}
                {hold.reason && <div className={cells.sub}>{hold.reason}</div>}
              </td>
              <td>{describeSearch(hold.search)}</td>
              <td className={styles.nowrap}>
                {dayOf(hold.created_at)}
                <div className={cells.sub}>{hold.created_by}</div>
              </td>
              <td className={cells.end}>
                {hold.released_at
                  ? `Released ${dayOf(hold.released_at)}`
                  : writes && (
                      <Button
                        variant="default"
                        size="xs"
                        aria-label={`Release ${hold.name}`}
                        onClick={() => setReleasing(hold)}
                      >
                        Release
                      </Button>
                    )}
              </td>
            </tr>
          ))}
        </DataTable>
      )}
      <AddHold opened={adding} onClose={add.close} />
      <Release hold={releasing} onClose={() => setReleasing(undefined)} />
    </Panel>
  )
}

function Release({ hold, onClose }: { hold: Hold | undefined; onClose: () => void }) {
  const queries = useQueryClient()
  const release = useMutation({
    mutationFn: (id: string) => call(releaseHold({ path: { id } })),
    onSuccess: async () => {
      onClose()
      await queries.invalidateQueries(holdsQuery)
      await queries.invalidateQueries(retentionQuery)
    },
  })
  return (
    <Confirm
      opened={hold !== undefined}
      onClose={onClose}
      title={`Release ${hold?.name ?? ''}?`}
      action="Release"
      danger
      pending={release.isPending}
      error={release.error}
      onConfirm={() => hold && release.mutate(hold.id)}
    >
      What only this hold keeps is removed as soon as a rule says so. The release is on record.
    </Confirm>
  )
}
