import type { SearchEventsData } from '../../api/generated'

type Query = NonNullable<SearchEventsData['query']>

/** Filters is what the address of the audit page says. */
export interface Filters {
  person?: string
  action?: string
  effect?: Query['effect']
  repository?: string
  session?: string
  layer?: string
  phase?: Query['phase']
  type?: string
  q?: string
  since?: string // a preset ("24h") or a time
  until?: string // a time
}

export const effects = ['allow', 'deny', 'hold'] as const
export const effectWords = { allow: 'Allowed', deny: 'Refused', hold: 'Held' } as const
export const phases = ['decision', 'result', 'lifecycle', 'admin', 'approval', 'integrity'] as const
export const actions = [
  'shell.exec',
  'file.read',
  'file.write',
  'mcp.call',
  'web.fetch',
  'skill.invoke',
  'prompt.submit',
  'model.select',
  'agent.spawn',
  'tool.use',
  'session.start',
  'session.end',
] as const

const hour = 3_600_000
export const presets: Record<string, { label: string; ms: number }> = {
  '1h': { label: 'Last hour', ms: hour },
  '24h': { label: 'Last 24 hours', ms: 24 * hour },
  '7d': { label: 'Last 7 days', ms: 7 * 24 * hour },
  '30d': { label: 'Last 30 days', ms: 30 * 24 * hour },
}

const texts = ['person', 'action', 'repository', 'session', 'layer', 'type', 'q'] as const

/** spanOf is the time that the summary covers: a week where the filters don't say, or a week before their end. */
export function spanOf({ since, until }: Filters): { since: string; until?: string | undefined } {
  if (since) return { since, until }
  if (!until) return { since: '7d' }
  return { since: new Date(Date.parse(until) - 7 * 24 * hour).toISOString(), until }
}

/** readFilters takes from an address what it knows, and drops the rest: anyone may edit an address. */
export function readFilters(search: Record<string, unknown>): Filters {
  const filters: Filters = {}
  for (const key of texts) {
    const value = search[key]
    // The router reads ?q=42 as a number.
    const text = typeof value === 'number' ? String(value) : value
    if (typeof text === 'string' && text.trim() !== '') filters[key] = text.trim().slice(0, 200)
  }
  filters.effect = effects.find((effect) => effect === search.effect)
  filters.phase = phases.find((phase) => phase === search.phase)
  if (typeof search.since === 'string' && (presets[search.since] || isTime(search.since)))
    filters.since = search.since
  if (typeof search.until === 'string' && isTime(search.until)) filters.until = search.until
  return compact(filters)
}

/** compact drops what isn't set, so that equal filters are equal addresses and equal query keys. */
export function compact(filters: Filters): Filters {
  return Object.fromEntries(
    Object.entries(filters).filter(([, value]) => value !== undefined && value !== ''),
  )
}

/** queryOf turns filters into the API's parameters; a preset becomes the time it means now. */
export function queryOf(filters: Filters, now = new Date()): Query {
  const preset = filters.since ? presets[filters.since] : undefined
  const since = preset ? new Date(now.getTime() - preset.ms).toISOString() : filters.since
  return compact({ ...filters, since })
}

/** tailOf is the address of the live stream: the same filters without times, from the newest event that is shown. */
export function tailOf(filters: Filters, after: number): string {
  const { since: _since, until: _until, ...rest } = filters
  const query = new URLSearchParams(compact(rest) as Record<string, string>)
  query.set('after', String(after))
  return `/api/v1/audit/tail?${query}`
}

function isTime(text: string): boolean {
  return /^\d{4}-\d\d-\d\dT/.test(text) && !Number.isNaN(Date.parse(text))
}
