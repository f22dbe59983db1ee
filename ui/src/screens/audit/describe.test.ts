import { expect, test } from 'vitest'
import type { AuditEvent } from '../../api/generated'
import { lineOf, shortRepository } from './describe'

const event = (rest: Partial<AuditEvent>): AuditEvent => ({
  schema: 'ambit.audit/v1',
  id: 'evt_1',
  seq: 1,
  time: '2026-11-22T12:00:00Z',
  type: 'shell.exec',
  phase: 'decision',
  actor: { user: 'ada@acme.test' },
  ...rest,
})

test('names what an action is about', () => {
  const target = (name: string, properties: Record<string, unknown>) =>
    lineOf(event({ type: name, action: { name, properties } })).target
  expect(target('shell.exec', { command: 'go test ./...' })).toBe('go test ./...')
  expect(target('mcp.call', { server: 'github', tool: 'create_issue' })).toBe('github/create_issue')
  expect(target('skill.invoke', { skill: 'pdf', source: 'builtin' })).toBe('pdf from builtin')
  expect(target('file.write', { path: 'a/b.go' })).toBe('a/b.go')
})

test('survives properties of another type', () => {
  expect(lineOf(event({ action: { name: 'shell.exec', properties: { command: 42 } } })).target).toBe('')
  expect(lineOf(event({ action: { name: 'mcp.call' } })).target).toBe('')
})

test('gives the reason of a refusal, the outcome of a result, nothing for the rest', () => {
  const decision = { id: 'dec_1', enforced: true, policy_version: 1, reason: 'Not listed' }
  expect(lineOf(event({ decision: { ...decision, effect: 'deny' } })).note).toBe('Not listed')
  expect(lineOf(event({ decision: { ...decision, effect: 'allow' } })).note).toBe('')
  expect(lineOf(event({ phase: 'result', outcome: { exit: 2 } })).note).toBe('Exit status 2')
  expect(lineOf(event({ phase: 'admin', type: 'policy.published' })).note).toBe('')
})

test('says what an alarm means, and takes nobody’s own type for one', () => {
  const note = (type: string, outcome?: Record<string, unknown>) =>
    lineOf(event({ type, phase: 'integrity', outcome })).note
  expect(note('enforcement.failed', { reason: 'refused' })).toBe('A tool ran although it had been refused')
  expect(note('sink.gap', { sink: 'siem', events: 5000 })).toBe('siem will not get 5,000 events')
  expect(note('hook.silent', { calls: 50 })).toBe('No result of 50 calls in a row was reported')
  expect(note('constructor', {})).toBe('')
})

test('shortens a repository to what tells it apart', () => {
  expect(shortRepository('github.com/acme/payments')).toBe('acme/payments')
  expect(shortRepository('payments')).toBe('payments')
})
