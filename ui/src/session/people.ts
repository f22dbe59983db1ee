import { useDebouncedValue } from '@mantine/hooks'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { call } from '../api/client'
import { listPeople } from '../api/generated'
import { directoryReaders, hasRole } from './roles'
import { useSession } from './session'

/** usePeopleLike offers people whose name or address contains a text; some roles may not ask, so nothing is asked for them, and forms take any name. */
export function usePeopleLike(text: string) {
  const { data: session } = useSession()
  const [q] = useDebouncedValue(text.trim().slice(0, 200), 150)
  const query = useQuery({
    queryKey: ['people', 'like', q],
    queryFn: () => call(listPeople({ query: { q, limit: 20 } })),
    enabled: hasRole(session?.user, ...directoryReaders),
    staleTime: 60_000,
    retry: false,
    placeholderData: keepPreviousData,
  })
  return query.data?.people ?? []
}
