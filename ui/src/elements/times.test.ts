import { expect, test } from 'vitest'
import { fromLocal, toLocal } from './times'

test('a time goes through an input and back', () => {
  const iso = '2026-11-22T12:34:00.000Z'
  expect(fromLocal(toLocal(iso))).toBe(iso)
  expect(toLocal(iso)).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d$/)
})

test('nothing is nothing', () => {
  expect(toLocal(undefined)).toBe('')
  expect(toLocal('yesterday')).toBe('')
  expect(fromLocal('')).toBeUndefined()
})
