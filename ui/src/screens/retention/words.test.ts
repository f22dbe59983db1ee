import { expect, test } from 'vitest'
import { ageOf, outcomeOf } from './words'

test('says what a run did, and what it left', () => {
  const run = { events: 1, prompts: 0, held: 0, waits: 0, complete: true }
  expect(outcomeOf(run)).toBe('1 event and 0 prompts removed.')
  expect(outcomeOf({ events: 1200, prompts: 2, held: 3, waits: 4, complete: false })).toBe(
    '1,200 events and 2 prompts removed, 3 kept by legal holds, 4 can’t be removed yet, the rest follows in the background.',
  )
})

test('no number of days is for ever', () => {
  expect(ageOf(0)).toBe('For ever')
  expect(ageOf(1)).toBe('1 day')
  expect(ageOf(400)).toBe('400 days')
})
