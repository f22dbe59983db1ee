import { expect, test } from 'vitest'
import { localPath } from './localPath'

test.each(['/', '/audit?effect=deny', '/people/per_1#x', '/a//b'])('%s is ours', (path) => {
  expect(localPath(path)).toBe(path)
})

test.each([
  'https://evil.test/',
  '//evil.test',
  '/\\evil.test',
  '/\t/evil.test',
  '/\n/evil.test',
  'javascript:alert(1)',
  ' /audit',
  '',
  'audit',
  `/${'a'.repeat(1000)}`,
  42,
  undefined,
  ['/audit'],
])('%s leads away', (path) => {
  expect(localPath(path)).toBeUndefined()
})
