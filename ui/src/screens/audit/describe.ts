import type { AuditEvent } from '../../api/generated'

/** Line is an event in one line: what was asked for, and what became of it. */
export interface Line {
  target: string // in mono: the command, the path, the tool
  note: string // in words: the reason, the outcome, the change
}

/** lineOf puts an event into one line. Properties come from agents: any of them may be missing or of another type. */
export function lineOf(event: AuditEvent): Line {
  return { target: targetOf(event), note: noteOf(event) }
}

function targetOf(event: AuditEvent): string {
  const properties = event.action?.properties ?? {}
  const text = (key: string) => {
    const value = properties[key]
    return typeof value === 'string' ? value : ''
  }
  switch (event.action?.name ?? event.type) {
    case 'shell.exec':
      return text('command')
    case 'file.read':
    case 'file.write':
      return text('path') || text('resolved')
    case 'mcp.call':
      return [text('server'), text('tool')].filter(Boolean).join('/')
    case 'web.fetch':
      return text('url')
    case 'skill.invoke':
      return [text('skill'), text('source') && `from ${text('source')}`].filter(Boolean).join(' ')
    case 'model.select':
    case 'session.start':
      return text('model')
    case 'agent.spawn':
    case 'tool.use':
      return text('name') || text('tool')
    case 'prompt.submit':
      return ''
  }
  return event.change ? [event.change.object, event.change.id].filter(Boolean).join(' ') : ''
}

function noteOf(event: AuditEvent): string {
  if (event.decision) return event.decision.effect === 'allow' ? '' : event.decision.reason
  // Types are anybody's to choose: "constructor" is none of ours.
  if (Object.hasOwn(alarms, event.type)) return alarms[event.type]?.(event.outcome ?? {}) ?? ''
  if (event.outcome) {
    const { exit, error, bytes } = event.outcome
    if (typeof error === 'string' && error !== '') return error
    if (typeof exit === 'number') return exit === 0 ? 'Succeeded' : `Exit status ${exit}`
    if (typeof bytes === 'number') return `${bytes.toLocaleString('en')} bytes`
  }
  return ''
}

// What alarms mean, for whoever meets one at night.
const alarms: Record<string, (outcome: Record<string, unknown>) => string> = {
  'enforcement.failed': ({ reason }) =>
    reason === 'refused'
      ? 'A tool ran although it had been refused'
      : 'A tool ran that Ambit was never asked about',
  'hook.silent': ({ calls }) => `No result of ${Number(calls)} calls in a row was reported`,
  'ledger.damaged': ({ first_bad }) => `First bad entry: ${first_bad}`,
  'ledger.recovered': () => 'The ledger can be written again; everything was refused meanwhile',
  'retention.refused': () => 'Retention rules were altered in the database: nothing is removed',
  'owner.signed_in': () => 'The break-glass account was used',
  'credential.reused': () => 'A refresh credential was copied; its sign-in has ended',
  'sink.lagging': ({ sink }) => `${sink} falls behind`,
  'sink.recovered': ({ sink }) => `${sink} has caught up`,
  'sink.gap': ({ sink, events }) => `${sink} will not get ${Number(events).toLocaleString('en')} events`,
  'sink.misconfigured': ({ sink, answer }) => `${sink} refuses everything: ${answer}`,
  'sink.disabled': ({ sink, answer }) => `${sink} says that it is gone: ${answer}`,
  'sink.set_aside': ({ sink, answer }) => `${sink} refused an event: ${answer}`,
}

export const phaseWords: Record<AuditEvent['phase'], string> = {
  decision: 'Decision',
  result: 'Result',
  lifecycle: 'Session',
  admin: 'Change',
  approval: 'Approval',
  integrity: 'Integrity',
}

/** shortRepository leaves out the host, which is the same for almost every repository of an organisation. */
export function shortRepository(repository: string): string {
  const parts = repository.split('/')
  return parts.length > 2 ? parts.slice(1).join('/') : repository
}

/** shortPerson is the part of an address before the @. */
export const shortPerson = (address: string) => address.split('@')[0] ?? address
