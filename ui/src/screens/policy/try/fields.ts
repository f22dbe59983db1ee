import type { DecisionRequest } from '../../../api/generated'

/** Trial is what the form holds: every field a text, as forms are. */
export interface Trial {
  action: string
  person: string
  groups: string[]
  repository: string
  root: string
  cwd: string
  home: string
  values: Record<string, string> // the action's own properties
}

export interface Field {
  key: string
  label: string
  placeholder?: string
  long?: boolean
  json?: boolean
}

/** fieldsOf lists the properties that each action has, in the order in which people think of them. */
export const fieldsOf: Record<string, { label: string; fields: Field[] }> = {
  'shell.exec': {
    label: 'Run a command',
    fields: [{ key: 'command', label: 'Command', placeholder: 'git status', long: true }],
  },
  'file.read': { label: 'Read a file', fields: [{ key: 'path', label: 'Path', placeholder: '.env' }] },
  'file.write': {
    label: 'Write a file',
    fields: [{ key: 'path', label: 'Path', placeholder: 'src/main.go' }],
  },
  'mcp.call': {
    label: 'Call an MCP tool',
    fields: [
      { key: 'server', label: 'Server', placeholder: 'github' },
      { key: 'tool', label: 'Tool', placeholder: 'create_issue' },
      { key: 'arguments', label: 'Arguments (JSON)', placeholder: '{}', json: true },
    ],
  },
  'web.fetch': {
    label: 'Fetch a web page',
    fields: [{ key: 'url', label: 'URL', placeholder: 'https://pkg.go.dev/fmt' }],
  },
  'skill.invoke': {
    label: 'Use a skill',
    fields: [
      { key: 'skill', label: 'Skill', placeholder: 'pdf' },
      { key: 'source', label: 'Source', placeholder: 'builtin' },
    ],
  },
  'prompt.submit': { label: 'Submit a prompt', fields: [{ key: 'prompt', label: 'Prompt', long: true }] },
  'model.select': {
    label: 'Choose a model',
    fields: [{ key: 'model', label: 'Model', placeholder: 'claude-sonnet-4-5' }],
  },
  'agent.spawn': {
    label: 'Start a sub-agent',
    fields: [{ key: 'name', label: 'Agent', placeholder: 'reviewer' }],
  },
  'tool.use': {
    label: 'Use another tool',
    fields: [{ key: 'name', label: 'Tool', placeholder: 'TodoWrite' }],
  },
  'session.start': { label: 'Start a session', fields: [{ key: 'model', label: 'Model' }] },
}

export const freshTrial = (person: string): Trial => ({
  action: 'shell.exec',
  person,
  groups: [],
  repository: 'github.com/acme/app',
  root: '/home/dev/src/app',
  cwd: '/home/dev/src/app',
  home: '/home/dev',
  values: { command: 'git status && rm -rf build' },
})

/** requestOf makes the decision request of a trial; undefined while what the action is about is not filled in. */
export function requestOf(trial: Trial): DecisionRequest | undefined {
  const fields = fieldsOf[trial.action]?.fields ?? []
  const properties: Record<string, unknown> = {}
  for (const { key, json } of fields) {
    const text = trial.values[key]?.trim() ?? ''
    if (text === '') continue
    if (!json) properties[key] = text
    else {
      const value = parsed(text)
      if (value === undefined) return undefined
      properties[key] = value
    }
  }
  const first = fields[0]?.key
  if (trial.person.trim() === '' || (first && properties[first] === undefined)) return undefined
  const place = filled({ root: trial.root, cwd: trial.cwd, home: trial.home })
  return {
    subject: {
      type: 'user',
      id: trial.person.trim(),
      ...(trial.groups.length > 0 ? { properties: { groups: trial.groups } } : {}),
    },
    action: { name: trial.action, properties },
    resource: {
      type: 'repository',
      ...filled({ id: trial.repository.trim() }),
      properties: place,
    },
  }
}

const filled = (texts: Record<string, string>) =>
  Object.fromEntries(Object.entries(texts).filter(([, text]) => text.trim() !== ''))

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return undefined
  }
}
