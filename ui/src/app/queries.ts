import { MutationCache, QueryCache, QueryClient } from '@tanstack/react-query'
import { Refusal } from '../api/problem'

/** newQueries makes the store of server state. A 401 anywhere means that the session ended: it is asked for again. */
export function newQueries(): QueryClient {
  const ended = (error: unknown) => {
    if (error instanceof Refusal && error.status === 401)
      void queries.invalidateQueries({ queryKey: ['session'] })
  }
  const queries: QueryClient = new QueryClient({
    queryCache: new QueryCache({
      onError: (error, query) => {
        if (query.queryKey[0] !== 'session') ended(error)
      },
    }),
    mutationCache: new MutationCache({ onError: ended }),
    defaultOptions: {
      queries: {
        staleTime: 10_000,
        // A refusal stays one; only an unreachable or failing server is worth another try.
        retry: (count, error) =>
          count < 2 && error instanceof Refusal && (error.status === 0 || error.status >= 500),
      },
    },
  })
  return queries
}
