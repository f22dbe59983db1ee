import { type QueryClient, queryOptions, useQuery } from '@tanstack/react-query'
import { call, keepCsrf } from '../api/client'
import { getSession, type Session } from '../api/generated'

export const sessionQuery = queryOptions({
  queryKey: ['session'],
  queryFn: async () => {
    const session = await call(getSession())
    keepCsrf(session.csrf)
    return session
  },
  staleTime: 60_000,
})

export const useSession = () => useQuery(sessionQuery)

/** enter stores the session that a sign-in answered with, and drops what an earlier person had loaded. */
export function enter(queries: QueryClient, session: Session) {
  keepCsrf(session.csrf)
  queries.removeQueries({ predicate: (query) => query.queryKey[0] !== 'session' })
  queries.setQueryData(sessionQuery.queryKey, session)
}
