/** Schema is the part of JSON Schema that completion reads. */
export interface Schema {
  $ref?: string
  $defs?: Record<string, Schema>
  type?: string | string[]
  description?: string
  properties?: Record<string, Schema>
  additionalProperties?: boolean | Schema
  items?: boolean | Schema
  enum?: unknown[]
  const?: unknown
  examples?: unknown[]
  anyOf?: Schema[]
  oneOf?: Schema[]
  allOf?: Schema[]
}

export interface Suggestion {
  label: string
  apply: string
  detail: string
  info: string | undefined
}

/** schemasAt lists the schemas that a path may lead to: several where the document may take several forms. */
export function schemasAt(root: Schema, path: readonly string[]): Schema[] {
  let found = flat(root, root)
  for (const key of path) {
    found = found.flatMap((schema) => stepsOf(schema, key)).flatMap((schema) => flat(root, schema))
  }
  return found
}

function stepsOf(schema: Schema, key: string): Schema[] {
  if (key === '[]') return typeof schema.items === 'object' ? [schema.items] : []
  const property = schema.properties?.[key]
  if (property) return [property]
  return typeof schema.additionalProperties === 'object' ? [schema.additionalProperties] : []
}

/** flat follows references and takes combinations apart. A schema may refer to itself, so the depth has an end. */
function flat(root: Schema, schema: Schema, depth = 0): Schema[] {
  if (depth > 12) return []
  const name = schema.$ref && /^#\/\$defs\/(.+)$/.exec(schema.$ref)?.[1]
  const target = name ? root.$defs?.[name] : undefined
  const parts = [
    ...(target ? [target] : []),
    ...(schema.anyOf ?? []),
    ...(schema.oneOf ?? []),
    ...(schema.allOf ?? []),
  ]
  return [schema, ...parts.flatMap((part) => flat(root, part, depth + 1))]
}

/** keysOf suggests the keys of a map, in the order of the schema. */
export function keysOf(root: Schema, path: readonly string[]): Suggestion[] {
  const keys = new Map<string, Suggestion>()
  for (const schema of schemasAt(root, path)) {
    for (const [key, property] of Object.entries(schema.properties ?? {})) {
      if (keys.has(key)) continue
      const forms = flat(root, property)
      const type = forms.map((form) => form.type).find((form) => form !== undefined)
      const detail = (Array.isArray(type) ? type.join(' or ') : type) ?? ''
      const info = forms.find((form) => form.description)?.description
      keys.set(key, { label: key, apply: `${key}: `, detail: words[detail] ?? detail, info })
    }
  }
  return [...keys.values()]
}

const words: Record<string, string> = { array: 'list', object: 'map', integer: 'number', string: 'text' }

/** valuesOf suggests the values that a schema names. */
export function valuesOf(root: Schema, path: readonly string[]): Suggestion[] {
  const values = new Map<string, Suggestion>()
  const add = (value: unknown, detail: string, info: string | undefined) => {
    if (typeof value === 'object' || value === undefined) return
    const label = String(value)
    if (!values.has(label)) values.set(label, { label, apply: label, detail, info })
  }
  for (const schema of schemasAt(root, path)) {
    for (const value of schema.enum ?? []) add(value, '', schema.description)
    if (schema.const !== undefined) add(schema.const, '', schema.description)
    if (schema.type === 'boolean') for (const value of [true, false]) add(value, '', schema.description)
    for (const value of schema.examples ?? []) add(value, 'example', schema.description)
  }
  return [...values.values()]
}
