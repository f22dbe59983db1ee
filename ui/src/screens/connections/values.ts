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
  hd: string // of auth_params, at Google
  auth_params: string // the others, one "name: value" for each line
  audience: string
  exchange_audiences: string[]
  algorithms: string[]
  clock_skew: number | ''
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
  entity_id: string
  certificates: string // one after the other
  clock_skew_seconds: number | ''
  max_authentication_age_seconds: number | ''
  audiences: string[]
  claims: string // one "name: value" for each line
  groups_from: NonNullable<AccountsConfig['groups_from']>
  fixed_groups: string[]
  accepted_groups: string[]
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
  hd: '',
  auth_params: '',
  audience: '',
  exchange_audiences: [],
  algorithms: [],
  clock_skew: '',
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
  entity_id: '',
  certificates: '',
  clock_skew_seconds: '',
  max_authentication_age_seconds: '',
  audiences: [],
  claims: '',
  groups_from: 'claims',
  fixed_groups: [],
  accepted_groups: [],
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
  'audience',
  'algorithms',
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
  'entity_id',
] as const

export const google = 'https://accounts.google.com'

/** valuesOf fills the form from a connection. */
export function valuesOf(connection: ConnectionDetail): Values {
  const { config } = connection
  const { hd, ...others } = config.oidc?.auth_params ?? {}
  const ofGoogle = config.oidc?.issuer === google
  const values: Values = {
    ...blank,
    ...config.oidc,
    ...config.saml,
    ...config.accounts,
    id: connection.id,
    name: connection.name,
    domains: connection.domains,
    hd: (ofGoogle && hd) || '',
    auth_params: linesOf(ofGoogle ? others : config.oidc?.auth_params),
    exchange_audiences: config.exchange_audiences ?? [],
    certificates: (config.saml?.certificates ?? []).join('\n\n'),
  }
  if (config.workload) {
    values.issuer = config.workload.issuer
    values.subject_claim = config.workload.subject_claim ?? ''
    values.audiences = config.workload.audiences ?? []
    values.claims = linesOf(config.workload.claims)
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
    accepted_groups: orNone(values.accepted_groups),
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
    const oidc = {
      ...before.oidc,
      ...picked(values, ofOIDC),
      auth_params: authParamsOf(values),
      clock_skew: values.clock_skew || undefined,
    }
    return { ...before, oidc, accounts, exchange_audiences: orNone(values.exchange_audiences) }
  }
  const saml = {
    ...before.saml,
    ...picked(values, ofSAML),
    certificates: certificatesOf(values.certificates),
    clock_skew_seconds: values.clock_skew_seconds || undefined,
    max_authentication_age_seconds: values.max_authentication_age_seconds || undefined,
  }
  return { ...before, saml, accounts }
}

const orNone = (list: string[]) => (list.length > 0 ? list : undefined)

/** authParamsOf is what is added to the authorization request; at Google the domain has a field of its own. */
function authParamsOf(values: Values): Record<string, string> {
  const domain = atGoogle(values) ? values.hd.trim() : ''
  return { ...claimsOf(values.auth_params), ...(domain && { hd: domain }) }
}

/** atGoogle says whether a connection needs a Workspace domain: Google signs in everybody in the world who has an account. */
export const atGoogle = (values: Values) => values.issuer.trim() === google

/** certificatesOf divides certificates that were pasted one after the other, with or without BEGIN and END lines. */
export function certificatesOf(text: string): string[] {
  return text
    .split(/(?<=-----END CERTIFICATE-----)|\n[ \t\r]*\n/)
    .map((one) => one.trim())
    .filter(Boolean)
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

/** linesOf writes "name: value" lines. */
const linesOf = (claims: Record<string, string> | null | undefined) =>
  Object.entries(claims ?? {})
    .map(([name, value]) => `${name}: ${value}`)
    .join('\n')

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
