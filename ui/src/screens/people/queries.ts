import { keepPreviousData, queryOptions, useMutation, useQueryClient } from '@tanstack/react-query'
import { call } from '../../api/client'
import { getPerson, listCredentials, listPeople } from '../../api/generated'
import type { PeopleSearch } from './search'

export const pageSize = 100

export const peopleQuery = ({ page = 0, ...filters }: PeopleSearch) =>
  queryOptions({
    queryKey: ['people', 'list', filters, page],
    queryFn: () => call(listPeople({ query: { ...filters, offset: page * pageSize, limit: pageSize } })),
    placeholderData: keepPreviousData,
  })

export const personQuery = (id: string) =>
  queryOptions({ queryKey: ['people', 'one', id], queryFn: () => call(getPerson({ path: { id } })) })

export const devicesOfQuery = (person: string) =>
  queryOptions({
    queryKey: ['credentials', 'of', person],
    queryFn: () => call(listCredentials({ query: { person, state: 'active', limit: 100 } })),
  })

/** useChange is a mutation after which everything about people, groups and what they are signed in with is asked for again. */
export function useChange<T>(change: (of: T) => Promise<unknown>, done?: () => void) {
  const queries = useQueryClient()
  return useMutation({
    mutationFn: change,
    onSuccess: async () => {
      await Promise.all(
        ['people', 'groups', 'credentials', 'role-rules'].map((key) =>
          queries.invalidateQueries({ queryKey: [key] }),
        ),
      )
      done?.()
    },
  })
}
