import type { FieldProblem, PolicyProblem, Problem } from './generated'

/** A request that the server refused, or that never reached it. Its message is one sentence for people. */
export class Refusal extends Error {
  readonly status: number
  readonly code: string
  readonly hint?: string
  readonly id?: string
  readonly problems: PolicyProblem[]
  readonly fields: FieldProblem[]

  constructor(status: number, problem: Partial<Problem>) {
    super(problem.detail ?? problem.title ?? 'The request failed.')
    this.name = 'Refusal'
    this.status = status
    this.code = problem.code ?? 'unknown'
    this.hint = problem.hint
    this.id = problem.id
    this.problems = (problem.problems ?? []).filter((one) => 'severity' in one)
    this.fields = (problem.problems ?? []).filter((one) => 'field' in one)
  }
}

/** refusalOf turns whatever a failed call threw or answered into a Refusal. */
export function refusalOf(status: number, body: unknown): Refusal {
  if (body instanceof Refusal) return body
  if (typeof body === 'object' && body !== null && !(body instanceof Error)) return new Refusal(status, body)
  if (status === 0) {
    return new Refusal(0, {
      code: 'unreachable',
      detail: 'Ambit does not answer.',
      hint: 'Check that the server runs and that you are connected; this page tries again by itself.',
    })
  }
  return new Refusal(status, { code: 'unknown', detail: `The server answered with status ${status}.` })
}
