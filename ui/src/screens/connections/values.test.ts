import { expect, test } from 'vitest'
import type { ConnectionConfig, ConnectionDetail } from '../../api/generated'
import { blank, certificatesOf, claimsOf, configOf, errorsOf, slugOf, type Values, valuesOf } from './values'

test('what the form does not know stays as it is', () => {
  const config = {
    oidc: { issuer: 'https://idp.test', client_id: 'a', algorithms: ['ES256'], clock_skew: 30, later: 1 },
    accounts: { later: 2 },
    exchange_audiences: ['cli'],
    later: 3,
  } as unknown as ConnectionConfig
  const values = valuesOf({ id: 'okta', name: 'Okta', domains: [], config } as unknown as ConnectionDetail)
  const next = configOf('oidc', { ...values, client_id: ' b ' }, config)
  expect(next.oidc).toMatchObject({ client_id: 'b', algorithms: ['ES256'], clock_skew: 30, later: 1 })
  expect(next).toMatchObject({ exchange_audiences: ['cli'], accounts: { later: 2 }, later: 3 })
  expect(next.accounts?.groups_from).toBe('claims')
})

/** again is a configuration that went through the form, as the API gets it. */
const again = (kind: 'oidc' | 'saml', config: ConnectionConfig, change: Partial<Values> = {}) => {
  const values = valuesOf({ id: 'a', name: 'A', domains: [], config } as unknown as ConnectionDetail)
  return JSON.parse(JSON.stringify(configOf(kind, { ...values, ...change }, config)))
}

test('advanced settings survive the form, can be changed, and can be taken away', () => {
  const certificates = ['-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----', 'MIIC']
  const config = {
    saml: { entity_id: 'urn:a', certificates, clock_skew_seconds: 90, max_authentication_age_seconds: 28800 },
    accounts: { accepted_groups: ['eng-*'] },
  } as unknown as ConnectionConfig
  expect(again('saml', config)).toMatchObject(config)
  const cleared = again('saml', config, {
    accepted_groups: [],
    certificates: '',
    clock_skew_seconds: '',
    max_authentication_age_seconds: '',
  })
  expect(cleared.accounts).not.toHaveProperty('accepted_groups')
  expect(Object.keys(cleared.saml)).not.toContain('clock_skew_seconds')
  expect(cleared.saml.certificates).toEqual([])

  const oidc = { issuer: 'https://idp.test', auth_params: { max_age: '60', hd: 'x.test' }, audience: 'api' }
  expect(again('oidc', { oidc, accounts: {} }).oidc).toMatchObject(oidc)
  expect(again('oidc', { oidc, accounts: {} }, { auth_params: 'prompt: login' }).oidc.auth_params).toEqual({
    prompt: 'login',
  })
})

test('the Workspace domain has a field of its own at Google only', () => {
  const oidc = { issuer: 'https://accounts.google.com', auth_params: { prompt: 'login', hd: 'acme.test' } }
  const values = valuesOf({
    id: 'g',
    name: 'G',
    domains: [],
    config: { oidc },
  } as unknown as ConnectionDetail)
  expect(values).toMatchObject({ hd: 'acme.test', auth_params: 'prompt: login' })
  expect(again('oidc', { oidc, accounts: {} }).oidc.auth_params).toEqual(oidc.auth_params)
  const moved = again('oidc', { oidc, accounts: {} }, { issuer: 'https://idp.test' })
  expect(moved.oidc.auth_params).toEqual({ prompt: 'login' })
})

test('pasted certificates are told apart', () => {
  const pem = '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----'
  expect(certificatesOf(`${pem}\n${pem}\n\nMIIC\nMIID\n\n`)).toEqual([pem, pem, 'MIIC\nMIID'])
  expect(certificatesOf(' \n')).toEqual([])
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
