import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query'
import { call } from '../../api/client'
import { listSetAside, listSinks } from '../../api/generated'

/** sinksQuery is asked again and again: lag and backlog move by themselves. */
export const sinksQuery = queryOptions({
  queryKey: ['sinks'],
  queryFn: () => call(listSinks()),
  refetchInterval: 3000,
})

/** setAsideQuery lists what a sink set aside, oldest first, page after page. */
export const setAsideQuery = (id: string) =>
  infiniteQueryOptions({
    queryKey: ['sinks', id, 'set-aside'],
    queryFn: ({ pageParam }) =>
      call(listSetAside({ path: { id }, query: { after: pageParam || undefined, limit: 20 } })),
    initialPageParam: '',
    getNextPageParam: (last) => last.next || undefined,
  })
