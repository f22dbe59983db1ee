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
  platform: Platform
}

/** stepsFor lists what to do, with commands that can be pasted as they stand. */
export function stepsFor({ server, person, platform }: About): Step[] {
  return [
    {
      title: 'Create a token for the engineer',
      words: `On the machine that runs Ambit, in the folder it was started in. The token stands for ${person}: the agent's actions are judged as that person's. Its last line of output is the token. API tokens does the same in the browser.`,
      code: `ambit token create --name "Claude Code of ${person}" --scope decide,audit:write --user ${person}`,
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
      code: install[platform],
    },
    {
      title: 'See that it works',
      words:
        'One decision from the command line, and then the agent itself: ask it for something that the policy refuses.',
      code: `ambit decide --action shell.exec --command 'rm -rf /'\nclaude -p 'Run: git push --force'`,
    },
  ]
}

const settings = 'ambit settings claude-code --mode installed'

const install: Record<Platform, string> = {
  linux: `sudo mkdir -p /etc/claude-code\n${settings} | sudo tee /etc/claude-code/managed-settings.json`,
  macos: `sudo mkdir -p "/Library/Application Support/ClaudeCode"\n${settings} | sudo tee "/Library/Application Support/ClaudeCode/managed-settings.json"`,
  windows: `New-Item -ItemType Directory -Force "C:\\Program Files\\ClaudeCode"\n${settings} | Set-Content "C:\\Program Files\\ClaudeCode\\managed-settings.json"`,
}
