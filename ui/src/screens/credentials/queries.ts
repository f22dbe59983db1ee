import { keepPreviousData, queryOptions } from '@tanstack/react-query'
import { call } from '../../api/client'
import { getCredentialSettings, listCredentials } from '../../api/generated'

export const pageSize = 50

export const devicesQuery = (q: string, state: 'active' | 'ended' | undefined, page: number) =>
  queryOptions({
    queryKey: ['credentials', 'list', q, state, page],
    queryFn: () => call(listCredentials({ query: { q, state, offset: page * pageSize, limit: pageSize } })),
    placeholderData: keepPreviousData,
  })

export const livesQuery = queryOptions({
  queryKey: ['credentials', 'settings'],
  queryFn: () => call(getCredentialSettings()),
})
