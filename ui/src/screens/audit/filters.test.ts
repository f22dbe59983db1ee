import { expect, test } from 'vitest'
import { queryOf, readFilters, tailOf } from './filters'

test('reads an address and gives it back unchanged', () => {
  const filters = { person: 'ada@acme.test', effect: 'deny' as const, q: 'rm -rf', since: '24h' }
  expect(readFilters({ ...filters })).toEqual(filters)
})

test('drops what an address may not say', () => {
  expect(
    readFilters({
      effect: 'maybe',
      phase: 7,
      since: 'yesterday',
      until: '24h',
      person: '  ',
      evil: 'x',
      q: ['a'],
    }),
  ).toEqual({})
})

test('takes a number for a text, as the router reads ?q=42', () => {
  expect(readFilters({ q: 42 })).toEqual({ q: '42' })
})

test('turns a preset into a time and keeps a time as it is', () => {
  const now = new Date('2026-11-22T12:00:00Z')
  expect(queryOf({ since: '24h', effect: 'deny' }, now)).toEqual({
    since: '2026-11-21T12:00:00.000Z',
    effect: 'deny',
  })
  expect(queryOf({ since: '2026-01-01T00:00:00Z' }, now)).toEqual({ since: '2026-01-01T00:00:00Z' })
})

test('follows the same filters live, without their times', () => {
  expect(tailOf({ person: 'a b@x', since: '1h', until: '2026-01-01T00:00:00Z' }, 12)).toBe(
    '/api/v1/audit/tail?person=a+b%40x&after=12',
  )
})
