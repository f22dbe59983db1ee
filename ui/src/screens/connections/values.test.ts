import { expect, test } from 'vitest'
import type { ConnectionDetail } from '../../api/generated'
import { blank, claimsOf, configOf, errorsOf, slugOf, valuesOf } from './values'

test('what the form does not know stays as it is', () => {
  const config = {
    oidc: { issuer: 'https://idp.test', client_id: 'a', algorithms: ['ES256'], clock_skew: 30 },
    accounts: {},
    exchange_audiences: ['cli'],
  }
  const values = valuesOf({ id: 'okta', name: 'Okta', domains: [], config } as unknown as ConnectionDetail)
  const next = configOf('oidc', { ...values, client_id: ' b ' }, config)
  expect(next.oidc).toMatchObject({ client_id: 'b', algorithms: ['ES256'], clock_skew: 30 })
  expect(next.exchange_audiences).toEqual(['cli'])
  expect(next.accounts?.groups_from).toBe('claims')
})

test('a configuration has its own part and no secret', () => {
  const text = JSON.stringify(
    configOf('saml', { ...blank, client_secret: 'hush', metadata_url: 'https://idp.test/m' }),
  )
  expect(text).not.toContain('hush')
  expect(Object.keys(JSON.parse(text))).toEqual(['saml', 'accounts'])
})

test('claims are read line by line', () => {
  expect(claimsOf('repository_owner: acme\n\n ref : refs/heads/main:x\nnonsense\n: y')).toEqual({
    repository_owner: 'acme',
    ref: 'refs/heads/main:x',
  })
})

test('problems find their field', () => {
  const { fields, rest } = errorsOf([
    { field: 'oidc.issuer', message: 'The issuer is missing.', hint: 'Write it.' },
    { field: 'accounts.groups_from', message: 'No.' },
    { field: 'client_secret', message: 'Missing.' },
    { field: 'config', message: 'Unreadable.' },
    { field: 'constructor', message: 'Odd.' },
  ])
  expect(fields).toMatchObject({
    issuer: 'The issuer is missing. Write it.',
    groups_from: 'No.',
    client_secret: 'Missing.',
  })
  expect(rest.map((one) => one.message)).toContain('Unreadable.')
})

test('a name proposes an id', () => {
  expect(['Acme SSO', ' Größe & Co. ', '日本', 'a'.repeat(60)].map(slugOf)).toEqual([
    'acme-sso',
    'gro-e-co',
    '',
    'a'.repeat(40),
  ])
})
