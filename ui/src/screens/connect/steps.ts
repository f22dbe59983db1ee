export type Platform = 'linux' | 'macos' | 'windows'

export const platforms: { value: Platform; label: string }[] = [
  { value: 'linux', label: 'Linux' },
  { value: 'macos', label: 'macOS' },
  { value: 'windows', label: 'Windows' },
]

export interface Step {
  title: string
  words: string
  code?: string
}

interface About {
  server: string
  person: string
  data: string // the server's data folder
  platform: Platform
}

/** stepsFor lists what to do, with commands that can be pasted as they stand. */
export function stepsFor({ server, person, data, platform }: About): Step[] {
  return [
    {
      title: 'Create a token for the engineer',
      words: `On the machine that runs Ambit. The token stands for ${person}: the agent's actions are judged as that person's. It is the last line of the output. The page API tokens does the same in the browser.`,
      code: `ambit token create --data ${quoted(data)} --name "Claude Code" --scope decide,audit:write --user ${person}`,
    },
    {
      title: 'Give it to the agent',
      words:
        "On the engineer's machine, in the terminal where Claude Code will run. The ambit program must be on its PATH.",
      code:
        platform === 'windows'
          ? `$env:AMBIT_SERVER = "${server}"\n$env:AMBIT_TOKEN = "ambit_…"`
          : `export AMBIT_SERVER=${server}\nexport AMBIT_TOKEN=ambit_…`,
    },
    {
      title: 'Install the managed settings',
      words:
        'They make Claude Code ask Ambit, and its user cannot switch them off. This needs administrator rights.',
      code: install(platform, server),
    },
    {
      title: 'See that it works',
      words:
        'One decision from the command line, and then the agent itself: ask it for something that the policy refuses.',
      code: `ambit decide --action shell.exec --command 'rm -rf /'\nclaude -p 'Run: git push --force'`,
    },
  ]
}

const install = (platform: Platform, server: string) => {
  const print = `ambit settings claude-code --server ${server} --program`
  switch (platform) {
    case 'linux':
      return `sudo mkdir -p /etc/claude-code\n${print} "$(command -v ambit)" | sudo tee /etc/claude-code/managed-settings.json`
    case 'macos':
      return `sudo mkdir -p "/Library/Application Support/ClaudeCode"\n${print} "$(command -v ambit)" | sudo tee "/Library/Application Support/ClaudeCode/managed-settings.json"`
    case 'windows':
      return `New-Item -ItemType Directory -Force "C:\\Program Files\\ClaudeCode"\n${print} (Get-Command ambit).Source | Set-Content "C:\\Program Files\\ClaudeCode\\managed-settings.json"`
  }
}

const quoted = (path: string) => (/^[\w./-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`)
