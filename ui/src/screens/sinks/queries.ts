import { queryOptions } from '@tanstack/react-query'
import { call } from '../../api/client'
import { listSetAside, listSinks } from '../../api/generated'

/** sinksQuery is asked again and again: lag and backlog move by themselves. */
export const sinksQuery = queryOptions({
  queryKey: ['sinks'],
  queryFn: () => call(listSinks()),
  refetchInterval: 3000,
})

export const setAsideQuery = (id: string) =>
  queryOptions({ queryKey: ['sinks', id, 'set-aside'], queryFn: () => call(listSetAside({ path: { id } })) })
