import { expect, test } from 'vitest'
import type { SinkSpec } from '../../api/generated'
import { draftOf, edited, emptyDraft, missing, secretsOf, specOf } from './draft'
import { backlogOf, bytesOf } from './words'

test('a form becomes a spec with the part of its kind and no secrets', () => {
  const draft = {
    ...emptyDraft('datadog'),
    name: ' logs ',
    filter: { ...emptyDraft('datadog').filter, effect: 'deny', q: ' git push ' },
    texts: { site: 'datadoghq.eu', 'secret:api_key': 'key-1', tags: 'env:prod, , team:sec' },
  }
  expect(specOf(draft)).toEqual({
    name: 'logs',
    kind: 'datadog',
    mapping: 'native',
    filter: { effect: 'deny', q: 'git push' },
    batch: {},
    quota: {},
    gzip: true,
    beginning: false,
    tls: {},
    datadog: { site: 'datadoghq.eu', tags: ['env:prod', 'team:sec'] },
  })
  expect(secretsOf(draft)).toEqual({ api_key: 'key-1' })
})

test('an edit keeps what the form does not ask for, and clears what was emptied', () => {
  const spec: SinkSpec = {
    name: 'siem',
    kind: 'splunk',
    mapping: 'native',
    filter: { effect: 'deny', layer: 'organisation' },
    batch: { items: 50, bytes: 100_000 },
    quota: { events: 2000, bytes: 2 ** 20 },
    gzip: false,
    beginning: false,
    alarm_after_s: 60,
    tls: { client_certificate: 'PEM' },
    splunk: { url: 'https://a', index: 'agents', sourcetype: 'mine', ack: true },
  }
  expect(edited(spec, draftOf(spec))).toEqual(spec)
  const draft = draftOf(spec)
  draft.filter = { ...draft.filter, effect: '' }
  draft.texts['batch.items'] = ''
  draft.texts.index = ''
  draft.texts.url = 'https://b'
  expect(edited(spec, draft)).toEqual({
    ...spec,
    filter: { layer: 'organisation' },
    batch: { bytes: 100_000 },
    splunk: { url: 'https://b', sourcetype: 'mine', ack: true },
  })
  expect(missing(draft, ['token', 'client_key'])).toBeUndefined()
  expect(missing(draft, ['token'])?.message).toBe('Client key is missing')
  expect(missing(draft)?.field).toBe('secret:token')
})

test('what is missing is named', () => {
  const draft = { ...emptyDraft('splunk'), name: 'siem', texts: { url: 'https://x' } }
  expect(missing(emptyDraft('splunk'))?.field).toBe('name')
  expect(missing(draft)?.message).toBe('Token is missing')
  expect(missing({ ...draft, texts: { ...draft.texts, 'secret:token': 't' } })).toBeUndefined()
})

test('numbers are sent in the API’s units', () => {
  const texts = {
    'batch.bytes': '64',
    'quota.bytes': '1.5',
    alarm_after_s: '60',
    rotate_bytes: '0.0625',
    keep: '3',
  }
  const spec = specOf({ ...emptyDraft('file'), texts })
  expect(spec).toMatchObject({
    batch: { bytes: 65536 },
    quota: { bytes: 1_572_864 },
    alarm_after_s: 60,
    file: { rotate_bytes: 65536, keep: 3 },
  })
  expect(spec.file).not.toMatchObject({ rotate_hours: expect.anything() })
  expect(draftOf(spec).texts).toMatchObject(texts)
})

test('an edit keeps the longest message that a syslog receiver takes, to the byte', () => {
  const syslog = { address: 'logs:6514', plain: false, no_confirm: false, max_bytes: 65_537 }
  const spec: SinkSpec = { name: 'logs', kind: 'syslog', syslog }
  expect(edited(spec, draftOf(spec)).syslog).toEqual(syslog)
  const draft = draftOf(spec)
  draft.texts.max_bytes = '8'
  expect(edited(spec, draft).syslog).toEqual({ ...syslog, max_bytes: 8192 })
})

test('Datadog is reached by its site or by a URL', () => {
  const draft = (texts: Record<string, string>) => ({
    ...emptyDraft('datadog'),
    name: 'dd',
    texts: { 'secret:api_key': 'k', ...texts },
  })
  expect(missing(draft({}))).toEqual({ field: 'site', message: 'One of the two is missing' })
  expect(missing(draft({ site: 'datadoghq.eu', url: 'https://a' }))?.field).toBe('url')
  expect(missing(draft({ site: 'datadoghq.eu' }))).toBeUndefined()
  const byURL: SinkSpec = { name: 'dd', kind: 'datadog', datadog: { url: 'https://a', service: 'ambit' } }
  expect(missing(draftOf(byURL), ['api_key'])).toBeUndefined()
  expect(edited(byURL, draftOf(byURL)).datadog).toEqual({ url: 'https://a', service: 'ambit', tags: [] })
})

test('a backlog in words', () => {
  const status = {
    state: 'running' as const,
    cursor: 1,
    lag_events: 0,
    lag_s: 0,
    backlog_bytes: 0,
    lagging: false,
    delivered: 0,
    set_aside: 0,
  }
  expect(backlogOf(status)).toBe('Up to date')
  expect(backlogOf({ ...status, lag_events: 1, lag_s: 0.2 })).toBe('1 event')
  expect(backlogOf({ ...status, lag_events: 1204, lag_s: 185.4 })).toBe('1,204 events, 3 minutes')
  expect([bytesOf(12), bytesOf(2048), bytesOf(5 * 2 ** 30), bytesOf(300 * 2 ** 20)]).toEqual([
    '12 B',
    '2.0 KiB',
    '5.0 GiB',
    '300 MiB',
  ])
})
