import { expect, test } from 'vitest'
import type { AuditEvent } from '../../api/generated'
import { type Pages, positionOf, rowsAbove, withLive } from './pages'

const event = (seq: number): AuditEvent => ({
  schema: 'ambit.audit/v1',
  id: `evt_${seq}`,
  seq,
  time: '2026-11-22T12:00:00Z',
  type: 'shell.exec',
  phase: 'decision',
  actor: { user: 'ada@acme.test' },
})
const pages = (...seqs: number[][]): Pages => ({
  pages: seqs.map((page) => ({ events: page.map(event), next: page.at(-1) ?? 0, head: page[0] ?? 0 })),
  pageParams: seqs.map((_, i) => i),
})
const seqs = (p: Pages) => p.pages.flatMap((page) => page.events.map((e) => e.seq))

test('puts live events on top, newest first, and leaves the cursors alone', () => {
  const before = pages([9, 8], [7, 6])
  const after = withLive(before, [event(10), event(12), event(11)])
  expect(seqs(after)).toEqual([12, 11, 10, 9, 8, 7, 6])
  expect(after.pages.map((page) => page.next)).toEqual([8, 6])
  expect(seqs(before)).toEqual([9, 8, 7, 6])
})

test('leaves out what a reconnecting stream repeats', () => {
  const before = pages([9, 8])
  expect(seqs(withLive(before, [event(9), event(10), event(10)]))).toEqual([10, 9, 8])
  expect(withLive(before, [event(8)])).toBe(before)
})

test('starts from an empty list', () => {
  expect(positionOf(pages([]))).toBe(0)
  expect(positionOf(undefined)).toBe(0)
  expect(seqs(withLive(pages([]), [event(1)]))).toEqual([1])
})

test('goes on from where the search ended, or from the newest event that came since', () => {
  const searched = (seqs: number[]): Pages => {
    const found = pages(seqs)
    return { ...found, pages: found.pages.map((page) => ({ ...page, head: 6000 })) }
  }
  expect(positionOf(searched([]))).toBe(6000)
  expect(positionOf(searched([9, 8]))).toBe(6000)
  expect(positionOf(withLive(searched([9, 8]), [event(6001)]))).toBe(6001)
})

test('says by how many rows a reader must be moved down to stay in place', () => {
  const events = [12, 11, 10, 9].map(event)
  expect(rowsAbove(events, 10)).toBe(2)
  expect(rowsAbove(events, 12)).toBe(0)
  expect(rowsAbove(events, 13)).toBe(0)
  expect(rowsAbove(events, 8)).toBe(0)
})
