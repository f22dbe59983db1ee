import { Text } from '@codemirror/state'
import { expect, test } from 'vitest'
import type { PolicyProblem } from '../../../api/generated'
import { diagnosticsOf } from './diagnostics'

const problem = (line: number, column: number, rest: Partial<PolicyProblem> = {}): PolicyProblem => ({
  file: 'policy.yaml',
  severity: 'error',
  message: 'unknown key',
  line,
  column,
  ...rest,
})
const doc = Text.of(['version: 1', 'name: "🚀" # x', 'layres: []', ''])
const marked = (p: PolicyProblem) => {
  const [found] = diagnosticsOf(doc, [p])
  return found && doc.sliceString(found.from, found.to)
}

test('marks the word at the right line and column', () => {
  expect(marked(problem(3, 1))).toBe('layres')
  expect(marked(problem(1, 10))).toBe('1')
})

test('counts characters, not UTF-16 units', () => {
  expect(marked(problem(2, 13))).toBe('x')
})

test('keeps within the document whatever the place is', () => {
  for (const [line, column] of [
    [0, 0],
    [99, 1],
    [4, 1],
    [1, 999],
  ] as const) {
    const [found] = diagnosticsOf(doc, [problem(line, column)])
    expect(found?.from).toBeGreaterThanOrEqual(0)
    expect(found?.to).toBeGreaterThanOrEqual(found?.from ?? Number.NaN)
    expect(found?.to).toBeLessThanOrEqual(doc.length)
  }
})

test('says what was expected', () => {
  const [found] = diagnosticsOf(doc, [problem(3, 1, { expected: 'layers' })])
  expect(found?.message).toBe('unknown key. Expected: layers')
})
