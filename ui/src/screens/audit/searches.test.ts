import { expect, test } from 'vitest'
import type { SavedSearch } from '../../api/generated'
import { filtersOf, requestOf } from './searches'

test.each([
  { person: 'ada@acme.test', effect: 'deny' as const, since: '24h' },
  { q: 'rm -rf', since: '2026-01-01T00:00:00Z', until: '2026-02-01T00:00:00Z' },
  {},
])('what is saved is what comes back: %o', (filters) => {
  const { search, last } = requestOf(filters, 'x', false)
  expect(filtersOf({ search: search ?? {}, last } as SavedSearch)).toEqual(filters)
})

test('a span that moves stays one', () => {
  expect(requestOf({ since: '7d' }, 'Week', true)).toEqual({
    name: 'Week',
    shared: true,
    last: '7d',
    search: {},
  })
})
