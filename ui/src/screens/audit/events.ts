import {
  infiniteQueryOptions,
  keepPreviousData,
  queryOptions,
  useInfiniteQuery,
  useQueryClient,
} from '@tanstack/react-query'
import { useCallback, useMemo } from 'react'
import { call } from '../../api/client'
import { type AuditEvent, countFacets, getEvent, searchEvents, summariseEvents } from '../../api/generated'
import { type Filters, queryOf, spanOf } from './filters'
import { withLive } from './pages'

const pageSize = 100

export const eventsQuery = (filters: Filters) =>
  infiniteQueryOptions({
    queryKey: ['events', filters],
    queryFn: ({ pageParam }) =>
      call(searchEvents({ query: { ...queryOf(filters), before: pageParam || undefined, limit: pageSize } })),
    initialPageParam: 0,
    getNextPageParam: (last) => (last.next > 0 ? last.next : undefined),
    // The live stream keeps the head current; loading all pages again would move the reader.
    staleTime: Number.POSITIVE_INFINITY,
    refetchOnWindowFocus: false,
    gcTime: 60_000,
  })

export const eventQuery = (id: string) =>
  queryOptions({ queryKey: ['event', id], queryFn: () => call(getEvent({ path: { id } })) })

/** summaryQuery counts what the filters select, but for the effect: its counts stand beside each other. */
export const summaryQuery = ({ effect: _effect, phase: _phase, ...filters }: Filters) =>
  queryOptions({
    queryKey: ['summary', filters],
    queryFn: () => call(summariseEvents({ query: queryOf({ ...filters, ...spanOf(filters) }) })),
    refetchInterval: 15_000,
    placeholderData: keepPreviousData,
  })

/** facetsQuery gives the values that the filters' newest events have: what a filter offers. */
export const facetsQuery = (filters: Filters) =>
  queryOptions({
    queryKey: ['facets', filters],
    queryFn: () => call(countFacets({ query: queryOf(filters) })),
    staleTime: 30_000,
  })

/** useEvents gives the list as far as it is loaded, and a way to put live events on top of it. */
export function useEvents(filters: Filters) {
  const queries = useQueryClient()
  const query = useInfiniteQuery(eventsQuery(filters))
  const pages = query.data
  const events = useMemo<AuditEvent[]>(() => pages?.pages.flatMap((page) => page.events) ?? [], [pages])
  const add = useCallback(
    (arrived: AuditEvent[]) => {
      queries.setQueryData(eventsQuery(filters).queryKey, (old) => old && withLive(old, arrived))
    },
    [queries, filters],
  )
  return { query, events, add }
}
