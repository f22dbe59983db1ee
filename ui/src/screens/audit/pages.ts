import type { InfiniteData } from '@tanstack/react-query'
import type { AuditEvent, EventPage } from '../../api/generated'

export type Pages = InfiniteData<EventPage, unknown>

/**
 * positionOf is the seq from which the live stream goes on: as far as the ledger was searched, which may be far beyond the
 * newest event that fits, or the newest that the stream has brought since.
 */
export function positionOf(pages: Pages | undefined): number {
  return Math.max(pages?.pages[0]?.head ?? 0, newestSeq(pages))
}

/** newestSeq is the newest event that is shown; 0 while nothing is. */
function newestSeq(pages: Pages | undefined): number {
  for (const page of pages?.pages ?? []) {
    const first = page.events[0]
    if (first) return first.seq
  }
  return 0
}

/** withLive puts events that just arrived on top. Repeats, which a reconnecting stream may send, are left out. */
export function withLive(pages: Pages, arrived: readonly AuditEvent[]): Pages {
  const newest = newestSeq(pages)
  const seen = new Set<number>()
  const fresh = arrived
    .filter((event) => {
      if (event.seq <= newest || seen.has(event.seq)) return false
      seen.add(event.seq)
      return true
    })
    .sort((a, b) => b.seq - a.seq)
  const [first, ...rest] = pages.pages
  if (fresh.length === 0 || !first) return pages
  return { ...pages, pages: [{ ...first, events: [...fresh, ...first.events] }, ...rest] }
}

/** rowsAbove counts the rows that were put above the one that was first; 0 where that one is gone. */
export function rowsAbove(events: readonly AuditEvent[], formerFirst: number): number {
  const place = events.findIndex((event) => event.seq <= formerFirst)
  return place > 0 && events[place]?.seq === formerFirst ? place : 0
}
