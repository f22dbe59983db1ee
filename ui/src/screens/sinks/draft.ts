import type { SinkKind, SinkSpec } from '../../api/generated'
import { kinds } from './kinds'

/** Draft is a sink's form: flat, as inputs have it. */
export interface Draft {
  name: string
  kind: SinkKind
  mapping: 'native' | 'ocsf' | 'ecs'
  beginning: boolean
  person: string
  effect: string
  phase: string
  repository: string
  ca: string
  texts: Record<string, string>
  flags: Record<string, boolean>
}

export const emptyDraft = (kind: SinkKind): Draft => ({
  name: '',
  kind,
  mapping: 'native',
  beginning: false,
  person: '',
  effect: '',
  phase: '',
  repository: '',
  ca: '',
  texts: {},
  flags: {},
})

const isSecret = (name: string) => name.startsWith('secret:')

/** specOf makes the request of a form. A member that was left empty is left out. */
export function specOf(draft: Draft): SinkSpec {
  const part: Record<string, unknown> = {}
  for (const { name, kind } of kinds[draft.kind].fields) {
    const text = draft.texts[name]?.trim()
    if (isSecret(name)) continue
    if (kind === 'flag') part[name] = draft.flags[name] ?? false
    else if (kind === 'list')
      part[name] = (text ?? '')
        .split(',')
        .map((one) => one.trim())
        .filter(Boolean)
    else if (text) part[name] = text
  }
  const filter = Object.fromEntries(
    Object.entries({
      person: draft.person.trim(),
      effect: draft.effect,
      phase: draft.phase,
      repository: draft.repository.trim(),
    }).filter(([, value]) => value !== ''),
  )
  return {
    name: draft.name.trim(),
    kind: draft.kind,
    mapping: draft.mapping,
    filter,
    gzip: kinds[draft.kind].zips,
    beginning: draft.beginning,
    tls: draft.ca.trim() ? { ca: draft.ca.trim() } : {},
    [draft.kind]: part,
  }
}

/** draftOf is the form of a sink that is there. Secrets stay empty: they are never shown again. */
export function draftOf(spec: SinkSpec): Draft {
  const part: Record<string, unknown> = spec[spec.kind] ?? {}
  const draft: Draft = {
    ...emptyDraft(spec.kind),
    name: spec.name,
    mapping: spec.mapping ?? 'native',
    beginning: spec.beginning ?? false,
    person: spec.filter?.person ?? '',
    effect: spec.filter?.effect ?? '',
    phase: spec.filter?.phase ?? '',
    repository: spec.filter?.repository ?? '',
    ca: spec.tls?.ca ?? '',
  }
  for (const { name, kind } of kinds[spec.kind].fields) {
    const value = part[name]
    if (kind === 'flag') draft.flags[name] = value === true
    else if (Array.isArray(value)) draft.texts[name] = value.join(', ')
    else if (typeof value === 'string') draft.texts[name] = value
  }
  return draft
}

/** edited is a spec with what the form says; what the form doesn't ask for stays. */
export function edited(spec: SinkSpec, draft: Draft): SinkSpec {
  const next = specOf(draft)
  const { person, effect, phase, repository, ...filter } = spec.filter ?? {}
  const kept = Object.entries(spec[spec.kind] ?? {}).filter(
    ([name]) => !kinds[spec.kind].fields.some((field) => field.name === name),
  )
  return {
    ...spec,
    name: next.name,
    mapping: next.mapping,
    filter: { ...filter, ...next.filter },
    tls: { ...spec.tls, ca: next.tls?.ca },
    [spec.kind]: { ...Object.fromEntries(kept), ...next[spec.kind] },
  }
}

/** secretsOf are the secrets that were typed. */
export function secretsOf(draft: Draft): Record<string, string> {
  const secrets: Record<string, string> = {}
  for (const [name, value] of Object.entries(draft.texts)) {
    if (isSecret(name) && value) secrets[name.slice('secret:'.length)] = value
  }
  return secrets
}

/** missing names the first thing that must be there and isn't; secrets that a sink has already needn't be typed again. */
export function missing(draft: Draft, known: string[] = []): { field: string; message: string } | undefined {
  if (!draft.name.trim()) return { field: 'name', message: 'Give it a name' }
  for (const { name, label, required } of kinds[draft.kind].fields) {
    if (isSecret(name) && known.includes(name.slice('secret:'.length))) continue
    if (required && !draft.texts[name]?.trim()) return { field: name, message: `${label} is missing` }
  }
  return undefined
}
