import { expect, test } from 'vitest'
import { placeAt } from './place'

const at = (text: string) => placeAt(text)

test('knows the keys at the root', () => {
  expect(at('version: 1\nmo')).toEqual({ path: [], kind: 'key', word: 'mo' })
  expect(at('')).toEqual({ path: [], kind: 'key', word: '' })
})

test('knows a value', () => {
  expect(at('version: 1\nmode: enf')).toEqual({ path: ['mode'], kind: 'value', word: 'enf' })
})

test('follows indentation through lists and maps', () => {
  const text =
    'version: 1\nlayers:\n  - name: organisation\n    shell:\n      allow: ["git status"]\n      de'
  expect(at(text)).toEqual({ path: ['layers', '[]', 'shell'], kind: 'key', word: 'de' })
  expect(at('layers:\n  - name: a\n    mat')).toEqual({ path: ['layers', '[]'], kind: 'key', word: 'mat' })
  expect(at('layers:\n  - na')).toEqual({ path: ['layers', '[]'], kind: 'key', word: 'na' })
})

test('leaves a level that has ended', () => {
  const text = 'layers:\n  - name: a\n    shell:\n      allow:\n        - ls\n    fi'
  expect(at(text)).toEqual({ path: ['layers', '[]'], kind: 'key', word: 'fi' })
})

test('follows a list whose dashes are not indented', () => {
  expect(at('layers:\n- name: a\n  she')).toEqual({ path: ['layers', '[]'], kind: 'key', word: 'she' })
  expect(at('layers:\n- name: a\n- na')).toEqual({ path: ['layers', '[]'], kind: 'key', word: 'na' })
  expect(at('a:\n  b:\n  - c: 1\n  - d: 2\n    e')).toEqual({
    path: ['a', 'b', '[]'],
    kind: 'key',
    word: 'e',
  })
})

test('looks into the brackets of its line', () => {
  expect(at('tiers:\n  - {name: x, gro')).toEqual({ path: ['tiers', '[]'], kind: 'key', word: 'gro' })
  expect(at('layers:\n  - name: a\n    caching: {mode: t')).toEqual({
    path: ['layers', '[]', 'caching', 'mode'],
    kind: 'value',
    word: 't',
  })
  expect(at('a: {b: [x, {c: 1}, ')).toEqual({ path: ['a', 'b', '[]'], kind: 'value', word: '' })
  expect(at('a: {b: {c: 1}, d')).toEqual({ path: ['a'], kind: 'key', word: 'd' })
})

test('gives no place in a comment, and takes no bracket within quotes', () => {
  expect(at('mode: enforce # en')).toBeUndefined()
  expect(at('a: ["x { # [", y')).toEqual({ path: ['a', '[]'], kind: 'value', word: 'y' })
})
