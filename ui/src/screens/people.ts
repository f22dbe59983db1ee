import { queryOptions } from '@tanstack/react-query'
import { call } from '../api/client'
import { listPeople } from '../api/generated'

/** peopleQuery lists who is known; some roles may not, so forms offer names from it but take any. */
export const peopleQuery = queryOptions({
  queryKey: ['people'],
  queryFn: () => call(listPeople()),
  staleTime: 60_000,
})
