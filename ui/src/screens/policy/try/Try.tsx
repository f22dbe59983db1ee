import { useDebouncedValue } from '@mantine/hooks'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useMemo, useState } from 'react'
import type { TryRequest } from '../../../api/generated'
import { Refusal } from '../../../api/problem'
import { Command } from '../../../elements/Command'
import { EffectBadge, verdictOf } from '../../../elements/EffectBadge'
import { Explanation } from '../../../elements/Explanation'
import { Note } from '../../../elements/States'
import { useSession } from '../../../session/session'
import { tryQuery } from '../queries'
import { freshTrial, requestOf } from './fields'
import styles from './Try.module.css'
import { TryForm } from './TryForm'

/** Try judges an action by the text in the editor, as it is typed. Nothing of it is recorded or carried out. */
export function Try({ source, broken }: { source: string; broken: boolean }) {
  const { data: session } = useSession()
  const [trial, setTrial] = useState(() => freshTrial(session?.user?.email ?? ''))
  const request = useMemo(() => requestOf(trial), [trial])
  const asked = useMemo(() => request && { source, request }, [source, request])
  const [settled] = useDebouncedValue(asked, 250)
  const answer = useQuery({
    ...tryQuery(settled ?? nothing),
    enabled: settled !== undefined && !broken,
    placeholderData: keepPreviousData,
  })
  const verdict = answer.data?.verdict
  const command = answer.data?.asked.request.action.properties?.command
  // A broken text is explained under the editor; saying it here again would be noise.
  const error = answer.error instanceof Refusal && answer.error.status === 422 ? null : answer.error
  const stale = settled !== asked || answer.isPlaceholderData

  return (
    <section className={styles.try} aria-labelledby="try-title">
      <h2 id="try-title" className={styles.title}>
        Try an action
      </h2>
      <p className={styles.lead}>Judged by the text in the editor as you type. Nothing is run or recorded.</p>
      <TryForm trial={trial} onChange={setTrial} />
      <div
        className={styles.answer}
        data-stale={stale && !broken}
        data-testid="try-answer"
        aria-live="polite"
        aria-busy={stale && !broken && request !== undefined}
      >
        {broken && <p className={styles.wait}>Mend the errors in the text to see its answer.</p>}
        {!broken && !request && <p className={styles.wait}>Fill in the form to see the answer.</p>}
        <Note error={error} />
        {!broken && request && verdict && (
          <>
            <div className={styles.verdict}>
              <EffectBadge verdict={verdictOf(verdict)} size="lg" />
              {verdict.tier !== undefined && (
                <span className="muted">
                  {verdict.tier ? `Tier ${verdict.tier}` : 'No permission tier fits'}
                </span>
              )}
            </div>
            {typeof command === 'string' && <Command text={command} findings={verdict.findings} />}
            <Explanation
              reason={verdict.reason}
              hint={verdict.hint}
              findings={verdict.findings}
              layers={verdict.layers}
              effects={verdict.effects}
            />
            {verdict.approval && (
              <ul className={styles.needs}>
                {verdict.approval.needs.map((need) => (
                  <li key={need.layer}>
                    {need.layer} needs {need.quorum} of {need.reviewers.join(', ')} to agree
                  </li>
                ))}
              </ul>
            )}
          </>
        )}
      </div>
    </section>
  )
}

// Stands in while the form is incomplete; it is never sent.
const nothing: TryRequest = {
  request: { subject: { type: 'user', id: '' }, action: { name: '' }, resource: { type: 'repository' } },
}
