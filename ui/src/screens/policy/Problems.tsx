import { IconAlertTriangle, IconCircleCheck, IconCircleX } from '@tabler/icons-react'
import type { PolicyProblem } from '../../api/generated'
import { Note } from '../../elements/States'
import styles from './Problems.module.css'

interface Props {
  problems: readonly PolicyProblem[]
  checking: boolean
  error: unknown
  onGo: (problem: PolicyProblem) => void
}

/** Problems lists what is wrong with the text; choosing one goes to its place. */
export function Problems({ problems, checking, error, onGo }: Props) {
  return (
    <div className={styles.problems}>
      <div className={styles.sum} role="status">
        {sumOf(problems, checking)}
      </div>
      <Note error={error} />
      {problems.length > 0 && (
        <ul className={styles.list}>
          {problems.map((problem) => (
            <li key={`${problem.line}:${problem.column}:${problem.message}`}>
              <button type="button" className={styles.problem} onClick={() => onGo(problem)}>
                {problem.severity === 'error' ? (
                  <IconCircleX size={15} className={styles.error} aria-label="Error" />
                ) : (
                  <IconAlertTriangle size={15} className={styles.warning} aria-label="Warning" />
                )}
                <span className={styles.place}>
                  {problem.line}:{problem.column}
                </span>
                <span>
                  {problem.message}
                  {problem.expected && <span className="muted">. Expected: {problem.expected}</span>}
                </span>
              </button>
            </li>
          ))}
        </ul>
      )}
    </div>
  )
}

function sumOf(problems: readonly PolicyProblem[], checking: boolean) {
  const errors = problems.filter((problem) => problem.severity === 'error').length
  const warnings = problems.length - errors
  if (problems.length === 0) {
    return checking ? (
      'Checking…'
    ) : (
      <>
        <IconCircleCheck size={15} className={styles.fine} aria-hidden /> No problems
      </>
    )
  }
  const parts = []
  if (errors > 0) parts.push(`${errors} ${errors === 1 ? 'error' : 'errors'}`)
  if (warnings > 0) parts.push(`${warnings} ${warnings === 1 ? 'warning' : 'warnings'}`)
  return parts.join(', ')
}
