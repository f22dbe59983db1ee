import type { SinkFilter, SinkKind, SinkSpec } from '../../api/generated'
import { common, type Field, kinds } from './kinds'

/** Draft is a sink's form: flat, as inputs have it. */
export interface Draft {
  name: string
  kind: SinkKind
  mapping: 'native' | 'ocsf' | 'ecs'
  beginning: boolean
  filter: Required<SinkFilter>
  texts: Record<string, string>
  flags: Record<string, boolean>
}

const everything: Required<SinkFilter> = {
  person: '',
  action: '',
  effect: '',
  repository: '',
  session: '',
  layer: '',
  phase: '',
  type: '',
  q: '',
}

export const emptyDraft = (kind: SinkKind): Draft => ({
  name: '',
  kind,
  mapping: 'native',
  beginning: false,
  filter: everything,
  texts: {},
  flags: { gzip: kinds[kind].zips },
})

const isSecret = (name: string) => name.startsWith('secret:')

/** typedIn reads what was typed into a field; undefined where that is nothing. */
function typedIn({ name, kind, unit = 1 }: Field, draft: Draft): unknown {
  const text = draft.texts[name]?.trim() ?? ''
  switch (kind) {
    case 'flag':
      return draft.flags[name] ?? false
    case 'list':
      return text
        .split(',')
        .map((one) => one.trim())
        .filter(Boolean)
    case 'number':
      return text === '' ? undefined : Math.round(Number(text) * unit)
    default:
      return text || undefined
  }
}

/** specOf makes the request of a form. A member that was left empty is left out, and the server has its own default. */
export function specOf(draft: Draft): SinkSpec {
  const part: Record<string, unknown> = {}
  for (const field of kinds[draft.kind].fields) {
    if (!isSecret(field.name)) part[field.name] = typedIn(field, draft)
  }
  const number = (field: Field) => typedIn(field, draft) as number | undefined
  const text = (field: Field) => typedIn(field, draft) as string | undefined
  return {
    name: draft.name.trim(),
    kind: draft.kind,
    mapping: draft.mapping,
    filter: filterOf(draft),
    batch: { items: number(common.items), bytes: number(common.bytes), age_ms: number(common.age) },
    quota: { events: number(common.quotaEvents), bytes: number(common.quotaBytes) },
    alarm_after_s: number(common.alarm),
    gzip: draft.flags.gzip,
    beginning: draft.beginning,
    tls: { ca: text(common.ca), client_certificate: text(common.certificate) },
    [draft.kind]: part,
  }
}

const filterOf = ({ filter }: Draft): SinkFilter =>
  Object.fromEntries(
    Object.entries(filter)
      .map(([name, value]) => [name, value.trim()])
      .filter(([, value]) => value !== ''),
  )

/** draftOf is the form of a sink that is there. Secrets stay empty: they are never shown again. */
export function draftOf(spec: SinkSpec): Draft {
  const part: Record<string, unknown> = spec[spec.kind] ?? {}
  const draft: Draft = {
    ...emptyDraft(spec.kind),
    name: spec.name,
    mapping: spec.mapping ?? 'native',
    beginning: spec.beginning ?? false,
    filter: { ...everything, ...spec.filter },
    flags: { gzip: spec.gzip ?? false },
  }
  const show = ({ name, unit = 1 }: Field, value: unknown) => {
    if (typeof value === 'boolean') draft.flags[name] = value
    else if (Array.isArray(value)) draft.texts[name] = value.join(', ')
    else if (typeof value === 'number') draft.texts[name] = String(value / unit)
    else if (typeof value === 'string') draft.texts[name] = value
  }
  for (const field of kinds[spec.kind].fields) show(field, part[field.name])
  show(common.items, spec.batch?.items)
  show(common.bytes, spec.batch?.bytes)
  show(common.age, spec.batch?.age_ms)
  show(common.quotaEvents, spec.quota?.events)
  show(common.quotaBytes, spec.quota?.bytes)
  show(common.alarm, spec.alarm_after_s)
  show(common.ca, spec.tls?.ca)
  show(common.certificate, spec.tls?.client_certificate)
  return draft
}

/** edited is a spec with what the form says; what the form doesn't ask for stays. */
export function edited(spec: SinkSpec, draft: Draft): SinkSpec {
  const next = specOf(draft)
  const unasked = Object.entries(spec.filter ?? {}).filter(([name]) => !(name in everything))
  return {
    ...spec,
    ...next,
    filter: { ...Object.fromEntries(unasked), ...next.filter },
    batch: { ...spec.batch, ...next.batch },
    quota: { ...spec.quota, ...next.quota },
    tls: { ...spec.tls, ...next.tls },
    [spec.kind]: { ...spec[spec.kind], ...next[spec.kind] },
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
  const given = (name: string) =>
    Boolean(draft.texts[name]?.trim()) || (isSecret(name) && known.includes(name.slice('secret:'.length)))
  const { fields, either } = kinds[draft.kind]
  if (either?.every(given)) return { field: either[1], message: 'Leave one of the two empty' }
  if (either && !either.some(given)) return { field: either[0], message: 'One of the two is missing' }
  for (const { name, label, required } of fields) {
    if (required && !given(name)) return { field: name, message: `${label} is missing` }
  }
  if (given(common.certificate.name) && !given(common.key.name)) {
    return { field: common.key.name, message: `${common.key.label} is missing` }
  }
  return undefined
}
