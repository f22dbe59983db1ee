import { Button, Progress } from '@mantine/core'
import { useInfiniteQuery, useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { call } from '../../api/client'
import { retrySetAside } from '../../api/generated'
import { Loading, Note } from '../../elements/States'
import { doneOf, sendAll, sentWords } from './aside'
import { setAsideQuery } from './queries'
import { SetAsideMessage } from './SetAsideMessage'
import styles from './Sinks.module.css'
import { numberOf } from './words'

interface Props {
  id: string
  count: number
  writes: boolean
}

/** SetAside lists what the receiver refuses for what it is. It stays to tell how it went once nothing is left. */
export function SetAside({ id, count, writes }: Props) {
  const queries = useQueryClient()
  const [outcome, setOutcome] = useState('')
  if (count === 0 && outcome === '') return null
  const telling = {
    onOutcome: setOutcome,
    onSettled: () => queries.invalidateQueries({ queryKey: ['sinks'] }),
  }
  return (
    <section className={styles.section} aria-labelledby="set-aside">
      <h3 id="set-aside">
        {count > 0 ? 'Set aside: the receiver refuses these' : 'Nothing is set aside now'}
      </h3>
      {count > 0 && writes && <SendAll id={id} count={count} {...telling} />}
      <div role="status" className={styles.outcome}>
        {outcome}
      </div>
      {count > 0 && <Messages id={id} writes={writes} {...telling} />}
    </section>
  )
}

interface Telling {
  onOutcome: (words: string) => void
  onSettled: () => Promise<void>
}

function Messages({ id, writes, ...telling }: Telling & { id: string; writes: boolean }) {
  const query = useInfiniteQuery(setAsideQuery(id))
  const messages = query.data?.pages.flatMap((page) => page.set_aside) ?? []
  return (
    <>
      {query.isPending && <Loading what="what was set aside" lines={2} />}
      <Note error={query.error} />
      <ul>
        {messages.map((one) => (
          <SetAsideMessage
            key={`${one.message} ${one.ref}`}
            sink={id}
            one={one}
            writes={writes}
            {...telling}
          />
        ))}
      </ul>
      {query.hasNextPage && (
        <Button
          className={styles.more}
          variant="default"
          size="xs"
          loading={query.isFetchingNextPage}
          onClick={() => query.fetchNextPage()}
        >
          Show more
        </Button>
      )}
    </>
  )
}

/** SendAll goes through the whole list, and shows how far it is. */
function SendAll({ id, count, onOutcome, onSettled }: Telling & { id: string; count: number }) {
  const [done, setDone] = useState(0)
  const all = useMutation({
    // The count of the start, against which progress is measured: what is delivered leaves the list.
    mutationFn: (_total: number) =>
      sendAll(
        (after) => call(retrySetAside({ path: { id }, body: { after } })),
        (sent) => {
          setDone(doneOf(sent))
          onOutcome(sentWords(sent))
        },
      ),
    onMutate: () => {
      setDone(0)
      onOutcome('')
    },
    onSettled,
  })
  const total = Math.max(all.variables ?? 0, done)
  return (
    <>
      <Note error={all.error} />
      {all.isPending && (
        <div className={styles.progress}>
          <Progress
            value={total > 0 ? (done / total) * 100 : 0}
            size="sm"
            aria-label="Messages sent again"
            mb={6}
          />
          <span className="muted tabular">
            {numberOf(done)} of {numberOf(total)} sent again
          </span>
        </div>
      )}
      <Button variant="default" size="xs" loading={all.isPending} onClick={() => all.mutate(count)}>
        Send all again
      </Button>
    </>
  )
}
