import { Button } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { call } from '../../api/client'
import { cutOffCredential, endSession, type PersonDetail } from '../../api/generated'
import { Failure, Loading, Note } from '../../elements/States'
import { ago, fullTime } from '../../elements/times'
import { Panel } from '../../layout/Page'
import { mayCut } from '../../session/roles'
import { useSession } from '../../session/session'
import styles from './People.module.css'
import { devicesOfQuery, useChange } from './queries'

/** OpenNow is what a person is signed in with: console sessions, and agents on devices. */
export function OpenNow({ person }: { person: PersonDetail }) {
  const { data: session } = useSession()
  const devices = useQuery(devicesOfQuery(person.id))
  const end = useChange((id: string) => call(endSession({ path: { id } })))
  const cut = useChange((id: string) => call(cutOffCredential({ path: { id } })))
  const may = mayCut(session?.user)
  return (
    <div className={styles.columns}>
      <Panel title="Console sessions">
        <ul className={styles.list}>
          {person.sessions.map((one) => (
            <li key={one.id} className={styles.row}>
              <span title={fullTime(one.created_at)}>
                {one.connection ? `Through ${one.connection}` : 'Own sign-in'}
                {one.current && ' (this one)'}
                <span className="muted">
                  {' '}
                  · signed in {ago(one.created_at)}, seen {ago(one.seen_at)}
                </span>
              </span>
              {may && !one.current && (
                <Button
                  variant="default"
                  size="compact-xs"
                  loading={end.isPending && end.variables === one.id}
                  onClick={() => end.mutate(one.id)}
                >
                  End session
                </Button>
              )}
            </li>
          ))}
          {person.sessions.length === 0 && <li className="muted">No open session.</li>}
        </ul>
        <Note error={end.error} />
      </Panel>
      <Panel title="Agents on devices">
        {devices.isPending && <Loading what="devices" lines={2} />}
        {devices.isError && <Failure error={devices.error} again={() => devices.refetch()} />}
        <ul className={styles.list}>
          {devices.data?.credentials.map((one) => (
            <li key={one.id} className={styles.row}>
              <span>
                {one.device || 'Unnamed device'}
                <span className="muted">
                  {' '}
                  · {one.last_used_at ? `used ${ago(one.last_used_at)}` : 'not used yet'}
                </span>
              </span>
              {may && (
                <Button
                  variant="default"
                  size="compact-xs"
                  loading={cut.isPending && cut.variables === one.id}
                  onClick={() => cut.mutate(one.id)}
                >
                  Cut off now
                </Button>
              )}
            </li>
          ))}
          {devices.data?.credentials.length === 0 && <li className="muted">No agent is signed in.</li>}
        </ul>
        <Note error={cut.error} />
      </Panel>
    </div>
  )
}
