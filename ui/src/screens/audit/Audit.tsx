import { useQueryClient } from '@tanstack/react-query'
import { useNavigate, useParams, useSearch } from '@tanstack/react-router'
import { useCallback, useEffect, useRef, useState } from 'react'
import type { AuditEvent } from '../../api/generated'
import { useTitle } from '../../layout/Page'
import styles from './Audit.module.css'
import { Detail } from './detail/Detail'
import { EventList, type EventListHandle } from './EventList'
import { eventsQuery, useEvents } from './events'
import { FilterBar } from './FilterBar'
import { compact, type Filters, tailOf } from './filters'
import { useListKeys } from './keys'
import { useLive } from './live'
import { newestSeq } from './pages'
import { Summary } from './Summary'

export function Audit() {
  useTitle('Audit')
  const filters = useSearch({ from: '/audit' })
  const { id } = useParams({ strict: false })
  const navigate = useNavigate()
  const queries = useQueryClient()
  const list = useRef<EventListHandle>(null)
  const { query, events, add } = useEvents(filters)

  // Paused, arriving events wait here, outside the list, until the reader wants them.
  const [paused, setPaused] = useState(false)
  const [waiting, setWaiting] = useState<AuditEvent[]>([])
  const onEvents = useCallback(
    (arrived: AuditEvent[]) => (paused ? setWaiting((before) => [...arrived, ...before]) : add(arrived)),
    [paused, add],
  )
  const pause = (on: boolean) => {
    setPaused(on)
    if (!on) add(waiting)
    setWaiting([])
  }
  // biome-ignore lint/correctness/useExhaustiveDependencies: what waits belongs to the filters that it came by
  useEffect(() => setWaiting([]), [filters])

  const reload = () => queries.resetQueries({ queryKey: eventsQuery(filters).queryKey })
  const follow = useTailAddress(filters, query.isSuccess && !filters.until, newestSeq(query.data))
  const live = useLive({ address: follow, onEvents, onGap: reload })

  const setFilters = (next: Filters) =>
    navigate({ to: id ? '/audit/$id' : '/audit', params: { id: id ?? '' }, search: compact(next) })
  const open = useCallback(
    (event: AuditEvent | undefined, replace = false) =>
      event
        ? navigate({ to: '/audit/$id', params: { id: event.id }, search: filters, replace })
        : navigate({ to: '/audit', search: filters }),
    [navigate, filters],
  )
  const selected = events.findIndex((event) => event.id === id || event.decision?.id === id)
  useListKeys({ list, events, selected, detail: id !== undefined, open })

  return (
    <div className={styles.room} data-detail={id !== undefined}>
      <div className={styles.list}>
        <div className={styles.head}>
          <h1 className={styles.title}>Audit</h1>
          <Summary filters={filters} onChange={setFilters} />
          <FilterBar
            filters={filters}
            onChange={setFilters}
            live={paused ? 'paused' : live}
            waiting={waiting.length}
            onPause={filters.until ? undefined : pause}
          />
        </div>
        <EventList
          ref={list}
          query={query}
          events={events}
          filters={filters}
          selected={selected}
          onClear={() => setFilters({})}
        />
      </div>
      {id !== undefined && (
        <aside className={styles.detail} aria-label="Event">
          <Detail
            key={id}
            id={id}
            known={events[selected]}
            filters={filters}
            onClose={() => open(undefined)}
          />
        </aside>
      )}
    </div>
  )
}

// The stream starts at the newest event that the first page brought. It must not start anew with every event
// that arrives after that, so the position is kept until the filters change.
function useTailAddress(filters: Filters, ready: boolean, newest: number): string | undefined {
  const [start, setStart] = useState<{ filters: Filters; address: string }>()
  useEffect(() => {
    if (ready && start?.filters !== filters) setStart({ filters, address: tailOf(filters, newest) })
  }, [ready, filters, newest, start])
  return ready && start?.filters === filters ? start.address : undefined
}
