import { expect, test } from 'vitest'
import { bucketAt, rangeOf } from './buckets'

test('finds the bar under the pointer, and the nearest one beside the chart', () => {
  expect(bucketAt(0, 100, 10)).toBe(0)
  expect(bucketAt(55, 100, 10)).toBe(5)
  expect(bucketAt(100, 100, 10)).toBe(9)
  expect(bucketAt(-20, 100, 10)).toBe(0)
  expect(bucketAt(5, 0, 10)).toBe(0)
})

test('a drag to the left is one to the right', () => {
  const histogram = ['2026-11-22T10:00:00Z', '2026-11-22T11:00:00Z', '2026-11-22T12:00:00Z'].map((at) => ({
    at,
    allow: 0,
    deny: 0,
    hold: 0,
  }))
  const want = { since: '2026-11-22T11:00:00.000Z', until: '2026-11-22T13:00:00.000Z' }
  expect(rangeOf({ histogram, bucket_s: 3600 }, 1, 2)).toEqual(want)
  expect(rangeOf({ histogram, bucket_s: 3600 }, 2, 1)).toEqual(want)
})
