import { Button } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { call } from '../../api/client'
import { retrySetAside } from '../../api/generated'
import { Loading, Note } from '../../elements/States'
import { setAsideQuery } from './queries'
import styles from './Sinks.module.css'

/** SetAside lists what the receiver refuses for what it is, with its answers. */
export function SetAside({ id, writes }: { id: string; writes: boolean }) {
  const queries = useQueryClient()
  const query = useQuery(setAsideQuery(id))
  const retry = useMutation({
    mutationFn: () => call(retrySetAside({ path: { id } })),
    onSuccess: () => queries.invalidateQueries({ queryKey: ['sinks'] }),
  })
  return (
    <section className={styles.section} aria-labelledby="set-aside">
      <h3 id="set-aside">Set aside: the receiver refuses these</h3>
      {query.isPending && <Loading what="what was set aside" lines={2} />}
      <Note error={query.error ?? retry.error} />
      <ul>
        {query.data?.set_aside.slice(0, 20).map((one) => (
          <li key={`${one.message} ${one.ref}`}>
            <code>{one.event_id}</code> <span className="muted">{one.type}</span>
            <div>{one.answer}</div>
          </li>
        ))}
      </ul>
      <div role="status">
        {retry.data &&
          `${retry.data.delivered} delivered, ${retry.data.refused} refused again${retry.data.answer ? `: ${retry.data.answer}` : ''}`}
      </div>
      {writes && (
        <Button variant="default" size="xs" loading={retry.isPending} onClick={() => retry.mutate()}>
          Send them again
        </Button>
      )}
    </section>
  )
}
