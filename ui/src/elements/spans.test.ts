import { expect, test } from 'vitest'
import { segmentsOf } from './spans'

const bytes = (text: string) => new TextEncoder().encode(text).length

test('marks the failing part of a command', () => {
  expect(segmentsOf('git status && rm -rf /', [{ offset: 14, length: 8 }])).toEqual([
    { text: 'git status && ', marks: [] },
    { text: 'rm -rf /', marks: [0] },
  ])
})

test('counts bytes, not UTF-16 units', () => {
  const before = 'echo "größe 🚀 漢" && '
  const bad = 'rm ü'
  const segments = segmentsOf(`${before}${bad} | cat`, [{ offset: bytes(before), length: bytes(bad) }])
  expect(segments).toEqual([
    { text: before, marks: [] },
    { text: bad, marks: [0] },
    { text: ' | cat', marks: [] },
  ])
})

test('widens a span that cuts a character to the whole character', () => {
  expect(segmentsOf('a🚀b', [{ offset: 2, length: 1 }])).toEqual([
    { text: 'a', marks: [] },
    { text: '🚀', marks: [0] },
    { text: 'b', marks: [] },
  ])
})

test('keeps overlapping spans apart', () => {
  expect(
    segmentsOf('abcd', [
      { offset: 0, length: 3 },
      { offset: 2, length: 2 },
    ]),
  ).toEqual([
    { text: 'ab', marks: [0] },
    { text: 'c', marks: [0, 1] },
    { text: 'd', marks: [1] },
  ])
})

test('survives spans beyond the text, empty spans and missing ones', () => {
  expect(
    segmentsOf('ab', [
      { offset: 1, length: 99 },
      { offset: 7, length: 2 },
      { offset: 0, length: 0 },
      undefined,
    ]),
  ).toEqual([
    { text: 'a', marks: [] },
    { text: 'b', marks: [0] },
  ])
  expect(segmentsOf('', [{ offset: 0, length: 1 }])).toEqual([])
})

test('loses no character, whatever the spans are', () => {
  const text = 'FOO=💥 sh -c "é" <(x)'
  for (let offset = 0; offset < bytes(text); offset++) {
    const segments = segmentsOf(text, [{ offset, length: 3 }])
    expect(segments.map((segment) => segment.text).join('')).toBe(text)
  }
})
