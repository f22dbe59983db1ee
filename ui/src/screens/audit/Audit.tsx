import { VisuallyHidden } from '@mantine/core'
import { useQueryClient } from '@tanstack/react-query'
import { useNavigate, useParams, useSearch } from '@tanstack/react-router'
import { useCallback, useEffect, useMemo, useRef, useState } from 'react'
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
import { positionOf } from './pages'
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
    (arrived: AuditEvent[]) =>
      paused ? setWaiting((before) => [...arrived.toReversed(), ...before]) : add(arrived),
    [paused, add],
  )
  const pause = (on: boolean) => {
    setPaused(on)
    if (!on) add(waiting)
    setWaiting([])
  }
  // biome-ignore lint/correctness/useExhaustiveDependencies: what waits belongs to the filters that it came by
  useEffect(() => setWaiting([]), [filters])

  const { queryKey } = eventsQuery(filters)
  const following = query.data !== undefined && !filters.until
  const address = useMemo(
    () => (following ? (after: number) => tailOf(filters, after) : undefined),
    [following, filters],
  )
  const live = useLive({
    address,
    position: () => Math.max(positionOf(queries.getQueryData(queryKey)), waiting[0]?.seq ?? 0),
    onEvents,
    onGap: () => queries.invalidateQueries({ queryKey }),
  })

  const setFilters = (next: Filters) =>
    navigate({ to: id ? '/audit/$id' : '/audit', params: { id: id ?? '' }, search: compact(next) })
  const open = useCallback(
    (event: AuditEvent | undefined, replace = false) =>
      event
        ? navigate({ to: '/audit/$id', params: { id: event.id }, search: filters, replace })
        : navigate({ to: '/audit', search: filters }),
    [navigate, filters],
  )
  const selected =
    id === undefined ? -1 : events.findIndex((event) => event.id === id || event.decision?.id === id)
  useListKeys({ list, events, selected, detail: id !== undefined, open })

  return (
    <div className={styles.room} data-detail={id !== undefined}>
      {/* The list, and its visible heading with it, makes room for the detail on a small screen. */}
      <VisuallyHidden component="h1">Audit</VisuallyHidden>
      <div className={styles.list}>
        <div className={styles.head}>
          <div className={styles.title} aria-hidden>
            Audit
          </div>
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
