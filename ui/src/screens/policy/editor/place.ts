/** Place is where a cursor stands in a YAML document. */
export interface Place {
  path: string[] // keys from the root; '[]' is an item of a list
  kind: 'key' | 'value'
  word: string // what is typed of the key or value so far
}

interface Level {
  indent: number
  key: string
}

/**
 * placeAt finds the cursor's place from the text before it. It reads indentation and the brackets of the cursor's own
 * line rather than a syntax tree, because a line that is being typed seldom parses. A bracket that was opened on an
 * earlier line is not seen: then there is no place, and so no completion.
 */
export function placeAt(before: string): Place | undefined {
  const lines = before.split('\n')
  const current = lines.pop() ?? ''
  if (/(^|\s)#/.test(withoutQuotes(current))) return undefined
  const own = blockOf(current)
  const dash = own.levels[0]?.indent
  const path = parentsOf(lines, dash ?? own.indent, dash).map((level) => level.key)
  for (const level of own.levels) path.push(level.key)
  return inFlow(own.rest, path)
}

/** blockOf splits a line into list dashes and keys that open a level, and the rest in which the cursor is. */
function blockOf(line: string): { indent: number; levels: Level[]; rest: string } {
  const levels: Level[] = []
  let indent = line.length - line.trimStart().length
  let rest = line.slice(indent)
  for (let dash = /^-\s+|^-$/.exec(rest); dash; dash = /^-\s+|^-$/.exec(rest)) {
    levels.push({ indent, key: '[]' })
    indent += dash[0].length
    rest = rest.slice(dash[0].length)
  }
  return { indent, levels, rest }
}

/**
 * parentsOf walks up the lines that contain one indented by `indent`. The key above a list may stand as far left as the
 * list's own dashes, so above a dash (`list` is its indentation) a key at the same indentation counts.
 */
function parentsOf(lines: string[], indent: number, list = -1): Level[] {
  const parents: Level[] = []
  let limit = indent
  let dashes = list
  for (let i = lines.length - 1; i >= 0 && (limit > 0 || dashes >= 0); i--) {
    const line = lines[i] ?? ''
    if (line.trim() === '' || line.trimStart().startsWith('#')) continue
    const { levels, rest, indent: inner } = blockOf(line)
    const key = /^["']?([\w.$-]+)["']?\s*:\s*(#.*)?$/.exec(rest)?.[1]
    if (key !== undefined && (inner < limit || inner === dashes)) {
      parents.unshift({ indent: inner, key })
      limit = inner
      dashes = -1
    }
    for (const level of levels.reverse()) {
      if (level.indent < limit) {
        parents.unshift(level)
        limit = level.indent
        dashes = level.indent
      }
    }
  }
  return parents
}

/** inFlow follows the keys and the open brackets of the cursor's own line. */
function inFlow(rest: string, outer: string[]): Place | undefined {
  const open: { bracket: string; keys: number }[] = []
  const path = [...outer]
  let segment = ''
  let quote = ''
  for (const character of rest) {
    if (quote) {
      if (character === quote) quote = ''
      segment += character
    } else if (character === '"' || character === "'") {
      quote = character
      segment += character
    } else if (character === '{' || character === '[') {
      const keys = path.length
      const key = keyOf(segment)
      if (key !== undefined) path.push(key)
      if (character === '[') path.push('[]')
      open.push({ bracket: character, keys })
      segment = ''
    } else if (character === '}' || character === ']') {
      const closed = open.pop()
      if (!closed) return undefined
      path.length = closed.keys
      segment = ''
    } else if (character === ',' && open.length > 0) segment = ''
    else segment += character
  }
  const key = keyOf(segment)
  const word = (key === undefined ? segment : segment.slice(segment.indexOf(':') + 1))
    .trim()
    .replace(/^["']/, '')
  if (key !== undefined) return { path: [...path, key], kind: 'value', word }
  return { path, kind: open.at(-1)?.bracket === '[' ? 'value' : 'key', word }
}

const keyOf = (segment: string) => /^\s*["']?([\w.$-]+)["']?\s*:(?:\s|$)/.exec(segment)?.[1]

const withoutQuotes = (line: string) => line.replace(/"[^"]*"|'[^']*'/g, '""')
