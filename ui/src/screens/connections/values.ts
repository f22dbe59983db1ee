import type {
  AccountsConfig,
  ConnectionConfig,
  ConnectionDetail,
  ConnectionKind,
  FieldProblem,
  OidcConfig,
} from '../../api/generated'

/** Values are a connection as its form holds it. The names are those of the API's fields, so that its problems find theirs. */
export interface Values {
  id: string
  name: string
  domains: string[]
  issuer: string
  client_id: string
  client_secret: string // empty: as it is
  client_auth: NonNullable<OidcConfig['client_auth']>
  scopes: string[]
  offline_access: boolean
  subject_claim: string
  email_claim: string
  name_claim: string
  groups_claim: string
  groups_string: boolean
  userinfo: NonNullable<OidcConfig['userinfo']>
  metadata_url: string
  metadata: string
  subject: string
  name_id_format: string
  email_attribute: string
  name_attribute: string
  groups_attribute: string
  groups_separator: string
  sign_requests: boolean
  want_encrypted: boolean
  allow_idp_initiated: boolean
  audiences: string[]
  claims: string // one "name: value" for each line
  groups_from: NonNullable<AccountsConfig['groups_from']>
  fixed_groups: string[]
  provisioned_only: boolean
}

export const blank: Values = {
  id: '',
  name: '',
  domains: [],
  issuer: '',
  client_id: '',
  client_secret: '',
  client_auth: '',
  scopes: [],
  offline_access: false,
  subject_claim: '',
  email_claim: '',
  name_claim: '',
  groups_claim: '',
  groups_string: false,
  userinfo: '',
  metadata_url: '',
  metadata: '',
  subject: '',
  name_id_format: '',
  email_attribute: '',
  name_attribute: '',
  groups_attribute: '',
  groups_separator: '',
  sign_requests: false,
  want_encrypted: false,
  allow_idp_initiated: false,
  audiences: [],
  claims: '',
  groups_from: 'claims',
  fixed_groups: [],
  provisioned_only: false,
}

const ofOIDC = [
  'issuer',
  'client_id',
  'client_auth',
  'scopes',
  'offline_access',
  'subject_claim',
  'email_claim',
  'name_claim',
  'groups_claim',
  'groups_string',
  'userinfo',
] as const
const ofSAML = [
  'metadata_url',
  'metadata',
  'subject',
  'name_id_format',
  'email_attribute',
  'name_attribute',
  'groups_attribute',
  'groups_separator',
  'sign_requests',
  'want_encrypted',
  'allow_idp_initiated',
] as const

/** valuesOf fills the form from a connection. */
export function valuesOf(connection: ConnectionDetail): Values {
  const { config } = connection
  const values: Values = {
    ...blank,
    ...config.oidc,
    ...config.saml,
    ...config.accounts,
    id: connection.id,
    name: connection.name,
    domains: connection.domains,
  }
  if (config.workload) {
    values.issuer = config.workload.issuer
    values.subject_claim = config.workload.subject_claim ?? ''
    values.audiences = config.workload.audiences ?? []
    values.claims = Object.entries(config.workload.claims ?? {})
      .map(([name, value]) => `${name}: ${value}`)
      .join('\n')
  }
  if (!values.groups_from) values.groups_from = 'claims'
  return values
}

/** configOf makes the configuration. What the form doesn't know of `before` stays as it is. */
export function configOf(
  kind: ConnectionKind,
  values: Values,
  before: ConnectionConfig = {},
): ConnectionConfig {
  const accounts = {
    ...before.accounts,
    groups_from: values.groups_from,
    fixed_groups: values.fixed_groups,
    provisioned_only: values.provisioned_only,
  }
  if (kind === 'workload') {
    const workload = {
      issuer: values.issuer.trim(),
      audiences: values.audiences,
      subject_claim: values.subject_claim.trim() || undefined,
      claims: claimsOf(values.claims),
    }
    return { ...before, workload, accounts }
  }
  if (kind === 'oidc') {
    return { ...before, oidc: { ...before.oidc, ...picked(values, ofOIDC) }, accounts }
  }
  return { ...before, saml: { ...before.saml, ...picked(values, ofSAML) }, accounts }
}

/** picked takes fields as they were typed, without spaces around texts. */
function picked<K extends keyof Values>(values: Values, keys: readonly K[]): Pick<Values, K> {
  const out = {} as Pick<Values, K>
  for (const key of keys) {
    const value = values[key]
    out[key] = (typeof value === 'string' ? value.trim() : value) as Values[K]
  }
  return out
}

/** claimsOf reads "name: value" lines; the value may hold colons, the name can't. */
export function claimsOf(text: string): Record<string, string> {
  const claims: Record<string, string> = {}
  for (const line of text.split('\n')) {
    const at = line.indexOf(':')
    const name = line.slice(0, Math.max(at, 0)).trim()
    if (name) claims[name] = line.slice(at + 1).trim()
  }
  return claims
}

/** errorsOf gives each field its problem; what is about none of them comes back apart. */
export function errorsOf(problems: FieldProblem[]): { fields: Record<string, string>; rest: FieldProblem[] } {
  const fields: Record<string, string> = {}
  const rest: FieldProblem[] = []
  for (const problem of problems) {
    const name = problem.field.replace(/^(oidc|saml|workload|accounts)\./, '')
    if (Object.hasOwn(blank, name)) fields[name] ??= [problem.message, problem.hint].filter(Boolean).join(' ')
    else rest.push(problem)
  }
  return { fields, rest }
}

/** slugOf proposes an id from a name: it stands in URLs. */
export function slugOf(name: string): string {
  return name
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[\u0300-\u036f]/g, '')
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, 40)
    .replace(/^-+|-+$/g, '')
}
