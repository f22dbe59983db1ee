import type { Connection, ConnectionKind, Stage } from '../../api/generated'
import type { Tone } from '../../elements/Chips'

export const kindWords: Record<ConnectionKind, string> = {
  oidc: 'OpenID Connect',
  saml: 'SAML 2.0',
  workload: 'Workload tokens (CI)',
}

export const stageWords: Record<Stage, { label: string; tone: Tone; means: string }> = {
  draft: { label: 'Draft', tone: 'plain', means: 'Signs nobody in. Identity admins can sign in for a test.' },
  staging: { label: 'Staging', tone: 'warn', means: 'Signs in its testers only.' },
  live: { label: 'Live', tone: 'good', means: 'Signs in everybody whom the identity provider lets through.' },
  disabled: { label: 'Disabled', tone: 'bad', means: 'Signs nobody in, and takes no provisioning.' },
}

export interface Move {
  to: Stage
  action: string
  danger: boolean
  means: string
}

/** movesFrom lists where a connection can go from its stage, the next step first, each with what it means for people. */
export function movesFrom(connection: Pick<Connection, 'stage' | 'name' | 'kind' | 'testers'>): Move[] {
  const { name, kind, testers } = connection
  const jobs = kind === 'workload'
  const who = jobs ? 'jobs' : 'people'
  const count = testers.length === 1 ? 'its one tester' : `its ${testers.length} testers`
  const staging: Move = {
    to: 'staging',
    action: 'Promote to staging',
    danger: false,
    means:
      testers.length === 0
        ? `${name} will sign in its testers, and there are none yet: add some first, or nobody can use it.`
        : `${name} will sign in ${count}. Nothing changes for anybody else.`,
  }
  const live: Move = {
    to: 'live',
    action: 'Promote to live',
    danger: false,
    means: jobs
      ? `Every job whose token fits the required claims can exchange it with Ambit.`
      : `Everybody whom ${name} lets through can sign in, and the sign-in page offers it. The owner’s own sign-in keeps working.`,
  }
  const back: Move = {
    to: 'staging',
    action: 'Roll back to staging',
    danger: true,
    means: `Only ${count} stay signed in through ${name}. Everybody else who came through it is out at once.`,
  }
  const draft: Move = {
    to: 'draft',
    action: 'Back to draft',
    danger: true,
    means: `${name} signs nobody in any more, and whoever is signed in through it is out at once. Test sign-ins keep working.`,
  }
  const disabled: Move = {
    to: 'disabled',
    action: 'Disable',
    danger: true,
    means: `${name} signs nobody in and takes no provisioning. All ${who} who came through it are out at once, agents too.`,
  }
  const again: Move = {
    to: 'draft',
    action: 'Back to draft',
    danger: false,
    means: `${name} can be tried out again. It signs nobody in until it is promoted.`,
  }
  switch (connection.stage) {
    case 'draft':
      return [jobs ? live : staging, disabled]
    case 'staging':
      return [live, draft, disabled]
    case 'live':
      return [jobs ? draft : back, disabled]
    case 'disabled':
      return [again]
  }
}

/** span puts seconds in words that people use: "15 minutes", "1 hour 15 minutes". */
export function span(seconds: number): string {
  const minutes = Math.round(seconds / 60)
  const hours = Math.floor(minutes / 60)
  const words = (n: number, unit: string) => `${n} ${unit}${n === 1 ? '' : 's'}`
  if (hours === 0) return words(minutes, 'minute')
  return minutes % 60 === 0
    ? words(hours, 'hour')
    : `${words(hours, 'hour')} ${words(minutes % 60, 'minute')}`
}

export const signalWords: Record<string, string> = {
  scim: 'SCIM: a deactivation ends everything before the provider has its answer',
  backchannel_logout: 'Back-channel logout: a sign-out there ends sessions here, where the provider sends it',
  refresh: 'The provider is asked again whenever an agent renews its credential',
}
