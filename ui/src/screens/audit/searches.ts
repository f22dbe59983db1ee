import { queryOptions } from '@tanstack/react-query'
import { call } from '../../api/client'
import { listSavedSearches, type SavedSearch, type SaveSearchRequest } from '../../api/generated'
import { compact, type Filters, presets } from './filters'

export const searchesQuery = queryOptions({
  queryKey: ['saved-searches'],
  queryFn: () => call(listSavedSearches()),
})

/** filtersOf is a saved search as the audit room's address has it. */
export const filtersOf = ({ search, last }: Pick<SavedSearch, 'search' | 'last'>): Filters =>
  compact({ ...search, since: last ?? search.since })

/** requestOf is what is saved: a preset stays one, so that "the last 24 hours" are those before each look. */
export function requestOf(filters: Filters, name: string, shared: boolean): SaveSearchRequest {
  const { since, ...rest } = compact(filters)
  const last = since && presets[since] ? (since as SaveSearchRequest['last']) : undefined
  return { name, shared, last, search: last ? rest : compact({ ...rest, since }) }
}
