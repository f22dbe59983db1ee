import type { ClassPlan, RetentionRun } from '../../api/generated'

export const classes: Record<ClassPlan['class'], { label: string; words: string }> = {
  decision: { label: 'Decisions', words: 'What was asked, and the answer' },
  result: { label: 'Results', words: 'What came of it' },
  lifecycle: { label: 'Sessions', words: 'Starts, ends, prompts given' },
  admin: { label: 'Changes', words: 'Administration and sign-ins' },
  approval: { label: 'Approvals', words: 'Who agreed to what' },
  prompts: { label: 'Prompt texts', words: 'The vault’s texts; their events stay' },
}

/** ageOf is a rule in words. */
export const ageOf = (days: number) =>
  days === 0 ? 'For ever' : `${days.toLocaleString('en')} ${days === 1 ? 'day' : 'days'}`

const counted = (n: number, one: string, many: string) => `${n.toLocaleString('en')} ${n === 1 ? one : many}`

/** outcomeOf says what a run did. */
export function outcomeOf(run: RetentionRun): string {
  const parts = [
    `${counted(run.events, 'event', 'events')} and ${counted(run.prompts, 'prompt', 'prompts')} removed`,
  ]
  if (run.held > 0) parts.push(`${run.held.toLocaleString('en')} kept by legal holds`)
  if (run.waits > 0) parts.push(`${run.waits.toLocaleString('en')} can’t be removed yet`)
  if (!run.complete) parts.push('the rest follows in the background')
  return `${parts.join(', ')}.`
}
