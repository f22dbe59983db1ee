import { Button, Skeleton } from '@mantine/core'
import { IconAlertTriangle, IconInbox } from '@tabler/icons-react'
import type { ReactNode } from 'react'
import { Refusal } from '../api/problem'
import styles from './States.module.css'

/** Empty says that there is nothing, and what would change that. */
export function Empty({ title, children }: { title: string; children?: ReactNode }) {
  return (
    <div className={styles.state}>
      <IconInbox size={26} stroke={1.4} aria-hidden />
      <p className={styles.title}>{title}</p>
      {children && <div className={styles.words}>{children}</div>}
    </div>
  )
}

/** Failure says what went wrong, what to do, and the id under which the server logged it. */
export function Failure({ error, again }: { error: unknown; again?: () => void }) {
  const refusal = error instanceof Refusal ? error : undefined
  return (
    <div className={styles.state} role="alert">
      <IconAlertTriangle size={26} stroke={1.4} aria-hidden />
      <p className={styles.title}>{refusal?.message ?? 'Something went wrong.'}</p>
      {refusal?.hint && <div className={styles.words}>{refusal.hint}</div>}
      {refusal?.id && <div className={styles.id}>Error id {refusal.id}</div>}
      {again && (
        <Button variant="default" size="xs" onClick={again}>
          Try again
        </Button>
      )}
    </div>
  )
}

/** Note is a failure within a form: one line and its remedy. */
export function Note({ error }: { error: unknown }) {
  if (!error) return null
  const refusal = error instanceof Refusal ? error : undefined
  return (
    <div className={styles.note} role="alert">
      <IconAlertTriangle size={16} stroke={1.8} aria-hidden />
      <div>
        {refusal?.message ?? (error instanceof Error ? error.message : 'Something went wrong.')}
        {refusal?.hint && <div>{refusal.hint}</div>}
      </div>
    </div>
  )
}

export function Loading({ lines = 6, what }: { lines?: number; what: string }) {
  return (
    <div className={styles.loading} role="status" aria-label={`Loading ${what}`}>
      {Array.from({ length: lines }, (_, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: identical placeholders
        <Skeleton key={i} height={14} radius="sm" width={`${92 - ((i * 17) % 38)}%`} />
      ))}
    </div>
  )
}
