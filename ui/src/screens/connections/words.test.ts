import { expect, test } from 'vitest'
import { movesFrom, span } from './words'

const okta = { name: 'Okta', kind: 'oidc', testers: ['ada@acme.test'] } as const
const at = (stage: 'draft' | 'staging' | 'live' | 'disabled', testers: string[] = [...okta.testers]) =>
  movesFrom({ ...okta, stage, testers })

test('one step forward at a time, and always a way back', () => {
  expect(at('draft').map((move) => move.to)).toEqual(['staging', 'disabled'])
  expect(at('staging').map((move) => move.to)).toEqual(['live', 'draft', 'disabled'])
  expect(at('live').map((move) => move.to)).toEqual(['staging', 'disabled'])
  expect(at('disabled').map((move) => move.to)).toEqual(['draft'])
  expect(movesFrom({ ...okta, kind: 'workload', stage: 'draft', testers: [] })[0]?.to).toBe('live')
})

test('says what a step means, and warns where nobody could use it', () => {
  expect(at('draft')[0]?.means).toContain('its one tester')
  expect(at('draft', [])[0]?.means).toContain('there are none yet')
  expect(at('live')[0]).toMatchObject({ danger: true })
  expect(at('live')[0]?.means).toContain('out at once')
})

test('spans in words', () => {
  expect([60, 900, 3600, 4500, 43200].map(span)).toEqual([
    '1 minute',
    '15 minutes',
    '1 hour',
    '1 hour 15 minutes',
    '12 hours',
  ])
})
