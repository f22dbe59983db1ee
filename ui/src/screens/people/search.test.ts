import { expect, test } from 'vitest'
import { changed, readPeopleSearch } from './search'

test('takes what it knows and drops the rest', () => {
  expect(readPeopleSearch({ q: 42, group: 'x', state: 'disabled', page: 3, evil: 1 })).toEqual({
    q: '42',
    group: 'x',
    state: 'disabled',
    page: 3,
  })
  expect(readPeopleSearch({ q: ['x'], state: 'boss', page: -1, group: ' ' })).toEqual({})
  expect(readPeopleSearch({ page: '1e99' })).toEqual({})
})

test('a change starts on the first page', () => {
  expect(changed({ q: 'ada', page: 4 }, { state: 'active' })).toEqual({ q: 'ada', state: 'active' })
  expect(changed({ q: 'ada', page: 4 }, { page: 5 })).toEqual({ q: 'ada', page: 5 })
  expect(changed({ q: 'ada' }, { q: '' })).toEqual({})
})
