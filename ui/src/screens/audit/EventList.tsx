import { Button } from '@mantine/core'
import { useElementSize, useMergedRef } from '@mantine/hooks'
import { IconArrowUp } from '@tabler/icons-react'
import { useVirtualizer } from '@tanstack/react-virtual'
import { type Ref, useEffect, useImperativeHandle, useLayoutEffect, useRef, useState } from 'react'
import type { AuditEvent } from '../../api/generated'
import { Empty, Failure, Loading } from '../../elements/States'
import styles from './EventList.module.css'
import { EventRow } from './EventRow'
import type { useEvents } from './events'
import type { Filters } from './filters'
import { rowsAbove } from './pages'

export interface EventListHandle {
  focus: (index: number) => void
  focused: () => number
}

interface Props {
  ref: Ref<EventListHandle>
  query: ReturnType<typeof useEvents>['query']
  events: AuditEvent[]
  filters: Filters
  selected: number
  onClear: () => void
}

// Rows have one height, so that rows put on top move the reader by a known distance.
const wideRow = 38
const narrowRow = 66
const narrowBelow = 620

export function EventList({ ref, query, events, filters, selected, onClear }: Props) {
  const scroller = useRef<HTMLDivElement>(null)
  const { ref: sized, width } = useElementSize<HTMLDivElement>()
  const rowHeight = width > 0 && width < narrowBelow ? narrowRow : wideRow
  const virtual = useVirtualizer({
    count: events.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    getItemKey: (index) => events[index]?.seq ?? index,
    overscan: 12,
  })
  // biome-ignore lint/correctness/useExhaustiveDependencies: measures anew when the rows' height changed
  useEffect(() => virtual.measure(), [rowHeight])

  const items = virtual.getVirtualItems()
  const last = items.at(-1)?.index ?? 0
  const { hasNextPage, isFetchingNextPage, fetchNextPage } = query
  useEffect(() => {
    if (hasNextPage && !isFetchingNextPage && last >= events.length - 20) void fetchNextPage()
  }, [last, events.length, hasNextPage, isFetchingNextPage, fetchNextPage])

  const { fresh, unseen, seen } = useStay(scroller, events, rowHeight)

  useImperativeHandle(ref, () => ({
    focus: (index) => {
      virtual.scrollToIndex(index, { align: 'auto' })
      // The row may have to be rendered first.
      requestAnimationFrame(() =>
        scroller.current
          ?.querySelector<HTMLElement>(`[data-index="${index}"] a`)
          ?.focus({ preventScroll: true }),
      )
    },
    focused: () => Number(document.activeElement?.closest<HTMLElement>('[data-index]')?.dataset.index ?? -1),
  }))

  const attached = useMergedRef(scroller, sized)
  if (query.isPending) return <Loading lines={12} what="events" />
  if (query.isError && events.length === 0)
    return <Failure error={query.error} again={() => query.refetch()} />
  if (events.length === 0) return <Nothing filters={filters} onClear={onClear} />

  return (
    <div className={styles.frame}>
      {unseen > 0 && (
        <Button
          className={styles.pill}
          size="xs"
          radius="xl"
          leftSection={<IconArrowUp size={14} />}
          onClick={() => {
            scroller.current?.scrollTo({ top: 0 })
            seen()
          }}
        >
          {unseen} new {unseen === 1 ? 'event' : 'events'}
        </Button>
      )}
      <div
        ref={attached}
        className={styles.scroller}
        onScroll={(event) => event.currentTarget.scrollTop < 4 && seen()}
      >
        <ul
          aria-label="Events, newest first"
          className={styles.rows}
          style={{ height: virtual.getTotalSize() }}
        >
          {items.map((item) => {
            const event = events[item.index]
            return (
              event && (
                <EventRow
                  key={item.key}
                  event={event}
                  index={item.index}
                  height={rowHeight}
                  top={item.start}
                  selected={item.index === selected}
                  fresh={fresh.has(event.seq)}
                  filters={filters}
                />
              )
            )
          })}
        </ul>
      </div>
      {query.isFetchNextPageError && <Failure error={query.error} again={() => query.fetchNextPage()} />}
    </div>
  )
}

function Nothing({ filters, onClear }: { filters: Filters; onClear: () => void }) {
  return Object.keys(filters).length > 0 ? (
    <Empty title="No event fits these filters.">
      <Button variant="default" size="xs" onClick={onClear}>
        Clear the filters
      </Button>
    </Empty>
  ) : (
    <Empty title="Nothing has been recorded yet.">
      Connect an agent, and every action that it proposes appears here within a second.
    </Empty>
  )
}

/**
 * useStay keeps the reader's place when rows arrive on top: somebody at the top sees them come in, somebody further
 * down keeps reading the same row and learns how many there are above.
 */
function useStay(scroller: { current: HTMLElement | null }, events: AuditEvent[], rowHeight: number) {
  const first = useRef(0)
  const [unseen, setUnseen] = useState(0)
  const [fresh, setFresh] = useState<ReadonlySet<number>>(new Set())

  useLayoutEffect(() => {
    const above = first.current === 0 ? 0 : rowsAbove(events, first.current)
    first.current = events[0]?.seq ?? 0
    const element = scroller.current
    if (above === 0 || !element) return
    setFresh(new Set(events.slice(0, above).map((event) => event.seq)))
    if (element.scrollTop > 4) {
      element.scrollTop += above * rowHeight
      setUnseen((before) => before + above)
    }
  }, [events, rowHeight, scroller])

  return { fresh, unseen, seen: () => setUnseen(0) }
}
