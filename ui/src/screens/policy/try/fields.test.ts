import { expect, test } from 'vitest'
import { freshTrial, requestOf } from './fields'

test('makes the request of a command', () => {
  expect(requestOf({ ...freshTrial('ada@acme.test'), values: { command: ' go test ./... ' } })).toEqual({
    subject: { type: 'user', id: 'ada@acme.test' },
    action: { name: 'shell.exec', properties: { command: 'go test ./...' } },
    resource: {
      type: 'repository',
      id: 'github.com/acme/app',
      properties: { root: '/home/dev/src/app', cwd: '/home/dev/src/app', home: '/home/dev' },
    },
  })
})

test('leaves out what is unknown: the policy treats that as unknown, not as empty', () => {
  const request = requestOf({ ...freshTrial('x@y'), repository: '', root: ' ', cwd: '', home: '' })
  expect(request?.resource).toEqual({ type: 'repository', properties: {} })
})

test('waits until there is something to judge', () => {
  expect(requestOf({ ...freshTrial('x@y'), values: {} })).toBeUndefined()
  expect(requestOf({ ...freshTrial(''), values: { command: 'ls' } })).toBeUndefined()
})

test('sends only the properties that the action has, and arguments as JSON', () => {
  const trial = { ...freshTrial('x@y'), action: 'mcp.call' }
  const values = { command: 'rm', server: 'github', tool: 'merge', arguments: '{"id": 7}' }
  expect(requestOf({ ...trial, values })?.action.properties).toEqual({
    server: 'github',
    tool: 'merge',
    arguments: { id: 7 },
  })
  expect(requestOf({ ...trial, values: { ...values, arguments: '{' } })).toBeUndefined()
})

test('gives the groups of someone whom the directory does not know', () => {
  const request = requestOf({ ...freshTrial('new@acme.test'), groups: ['contractors'] })
  expect(request?.subject.properties).toEqual({ groups: ['contractors'] })
})
