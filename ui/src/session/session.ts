import { type QueryClient, queryOptions, useQuery } from '@tanstack/react-query'
import { call, keepCsrf } from '../api/client'
import { getSession, type Session } from '../api/generated'

export const sessionQuery = queryOptions({
  queryKey: ['session'],
  queryFn: async ({ signal }) => {
    const session = await call(getSession({ signal }))
    keepCsrf(session.csrf)
    return session
  },
  staleTime: 60_000,
})

/** askAgain looks whether the session still counts, for pages that ask the server for nothing else. */
export const askAgain = (queries: QueryClient) =>
  queries.invalidateQueries({ queryKey: sessionQuery.queryKey, exact: true })

export const useSession = () => useQuery(sessionQuery)

/** enter stores the session that a sign-in answered with, and drops what an earlier person had loaded. */
export function enter(queries: QueryClient, session: Session) {
  void queries.cancelQueries({ queryKey: sessionQuery.queryKey, exact: true }) // an answer under way tells of the time before
  keepCsrf(session.csrf)
  queries.removeQueries({ predicate: (query) => query.queryKey[0] !== 'session' })
  queries.setQueryData(sessionQuery.queryKey, session)
}
