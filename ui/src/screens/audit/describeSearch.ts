import { fullTime } from '../../elements/times'
import { phaseWords } from './describe'
import { effectWords, type Filters, presets } from './filters'

export const filterNames: Record<Exclude<keyof Filters, 'q'>, string> = {
  effect: 'Effect',
  action: 'Action',
  person: 'Person',
  repository: 'Repository',
  session: 'Session',
  layer: 'Layer',
  phase: 'Kind',
  type: 'Type',
  since: 'Since',
  until: 'Until',
}
export const filterKeys = Object.keys(filterNames) as (keyof typeof filterNames)[]

/** filterValue puts what a filter asks for in words. */
export function filterValue(filters: Filters, key: keyof typeof filterNames): string {
  const value = filters[key] ?? ''
  if (filters.effect && key === 'effect') return effectWords[filters.effect]
  if (filters.phase && key === 'phase') return phaseWords[filters.phase]
  if (key === 'since' && presets[value]) return presets[value].label
  if (key === 'since' || key === 'until') return fullTime(value)
  return value
}

/** describeSearch is a search in one line; what has no filter finds everything. */
export function describeSearch(filters: Filters): string {
  const parts = filterKeys
    .filter((key) => filters[key])
    .map((key) => `${filterNames[key]} ${filterValue(filters, key)}`)
  if (filters.q) parts.unshift(`“${filters.q}”`)
  return parts.join(', ') || 'Everything'
}
