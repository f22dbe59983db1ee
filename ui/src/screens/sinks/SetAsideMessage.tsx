import { Button } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { call } from '../../api/client'
import { dismissSetAside, retrySetAside, type SetAside } from '../../api/generated'
import { Note } from '../../elements/States'
import { ago } from '../../elements/times'
import { type Sent, sentWords } from './aside'
import styles from './Sinks.module.css'

interface Props {
  sink: string
  one: SetAside
  writes: boolean
  onOutcome: (words: string) => void
  onSettled: () => Promise<void>
}

const leftOver = (sent: Sent) => sent.delivered + sent.gone === 0

/** SetAsideMessage is one message, the receiver's answer to it, and what can be done: send it again, or give it up. */
export function SetAsideMessage({ sink, one, writes, onOutcome, onSettled }: Props) {
  const [sure, setSure] = useState(false)
  const path = { id: sink }
  const messages = [{ message: one.message, ref: one.ref }]
  const again = useMutation({
    mutationFn: () => call(retrySetAside({ path, body: { messages } })),
    // What is refused again stays, and tells by itself; what leaves the list can't.
    onSuccess: (sent) => onOutcome(leftOver(sent) ? '' : sentWords(sent)),
    onSettled,
  })
  const dismiss = useMutation({
    mutationFn: () => call(dismissSetAside({ path, body: { messages } })),
    onSuccess: () => onOutcome('Dismissed: this receiver will not get it'),
    onSettled,
  })
  return (
    <li>
      <code>{one.event_id}</code>{' '}
      <span className="muted">
        {one.type}, {ago(one.at)}
      </span>
      <div>{one.answer}</div>
      <div role="status">{again.data && leftOver(again.data) && sentWords(again.data)}</div>
      <Note error={again.error ?? dismiss.error} />
      {writes && sure && (
        <>
          <p className={styles.meaning}>This receiver will never get this message. It stays in the ledger.</p>
          <div className={styles.choices}>
            <Button variant="default" size="compact-xs" onClick={() => setSure(false)}>
              Cancel
            </Button>
            <Button
              color="red.9"
              size="compact-xs"
              loading={dismiss.isPending}
              onClick={() => dismiss.mutate()}
            >
              Dismiss it
            </Button>
          </div>
        </>
      )}
      {writes && !sure && (
        <div className={styles.choices}>
          <Button
            variant="default"
            size="compact-xs"
            aria-label={`Send again: ${one.event_id}`}
            loading={again.isPending}
            onClick={() => again.mutate()}
          >
            Send again
          </Button>
          <Button
            variant="default"
            size="compact-xs"
            aria-label={`Dismiss: ${one.event_id}`}
            onClick={() => setSure(true)}
          >
            Dismiss
          </Button>
        </div>
      )}
    </li>
  )
}
