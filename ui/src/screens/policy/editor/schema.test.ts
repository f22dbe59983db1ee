import { expect, test } from 'vitest'
import { keysOf, type Schema, valuesOf } from './schema'

const schema: Schema = {
  type: 'object',
  properties: {
    mode: { enum: ['enforce', 'monitor'], description: 'What an effect does' },
    layers: { type: 'array', items: { $ref: '#/$defs/layer' } },
    on: { type: 'boolean' },
  },
  $defs: {
    layer: {
      type: 'object',
      properties: {
        name: { type: 'string' },
        prompts: {
          oneOf: [{ enum: ['all', 'none'] }, { type: 'object', properties: { except: { type: 'array' } } }],
        },
        inner: { $ref: '#/$defs/layer' },
      },
    },
  },
}
const labels = (suggestions: { label: string }[]) => suggestions.map((suggestion) => suggestion.label)

test('suggests keys through lists and references', () => {
  expect(labels(keysOf(schema, []))).toEqual(['mode', 'layers', 'on'])
  expect(labels(keysOf(schema, ['layers', '[]']))).toEqual(['name', 'prompts', 'inner'])
  expect(labels(keysOf(schema, ['layers', '[]', 'inner', 'inner']))).toEqual(['name', 'prompts', 'inner'])
})

test('suggests what any of several forms allows', () => {
  expect(labels(valuesOf(schema, ['layers', '[]', 'prompts']))).toEqual(['all', 'none'])
  expect(labels(keysOf(schema, ['layers', '[]', 'prompts']))).toEqual(['except'])
})

test('suggests values, and nothing where the schema knows nothing', () => {
  expect(labels(valuesOf(schema, ['mode']))).toEqual(['enforce', 'monitor'])
  expect(labels(valuesOf(schema, ['on']))).toEqual(['true', 'false'])
  expect(keysOf(schema, ['nowhere'])).toEqual([])
})

test('ends on a schema that refers to nothing but itself', () => {
  expect(keysOf({ $ref: '#/$defs/a', $defs: { a: { $ref: '#/$defs/a' } } }, [])).toEqual([])
})
