import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query'
import { call } from '../../api/client'
import { getConnection, getTestSignIn, listConnections, listScimTokens } from '../../api/generated'

export const connectionsQuery = queryOptions({
  queryKey: ['connections'],
  queryFn: () => call(listConnections()),
})

export const connectionQuery = (id: string) =>
  queryOptions({ queryKey: ['connections', id], queryFn: () => call(getConnection({ path: { id } })) })

export const testQuery = (id: string, test: string) =>
  queryOptions({
    queryKey: ['connections', id, 'tests', test],
    queryFn: () => call(getTestSignIn({ path: { id, test } })),
    staleTime: Number.POSITIVE_INFINITY, // what was received does not change
    retry: false,
  })

export const scimTokensQuery = (id: string) =>
  queryOptions({
    queryKey: ['connections', id, 'scim-tokens'],
    queryFn: () => call(listScimTokens({ path: { id } })),
  })

/** useConnectionChange is a mutation after which everything about connections, and whom they let in, is asked for again. */
export function useConnectionChange<T, R = unknown>(
  change: (of: T) => Promise<R>,
  done?: (answer: R) => void,
) {
  const queries = useQueryClient()
  return useMutation({
    mutationFn: change,
    onSuccess: async (answer) => {
      await Promise.all(
        ['connections', 'people', 'groups'].map((key) => queries.invalidateQueries({ queryKey: [key] })),
      )
      done?.(answer)
    },
  })
}
