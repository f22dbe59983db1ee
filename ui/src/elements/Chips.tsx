import type { ReactNode } from 'react'
import styles from './Chips.module.css'

/** Chips shows short words in a row; `more` caps how many, the rest is counted. */
export function Chips({ words, none, more = 6 }: { words: string[]; none?: string; more?: number }) {
  if (words.length === 0) return none ? <span className="muted">{none}</span> : null
  const shown = words.length > more ? words.slice(0, more - 1) : words
  return (
    <span className={styles.chips}>
      {shown.map((word) => (
        <span key={word} className={styles.chip}>
          {word}
        </span>
      ))}
      {shown.length < words.length && (
        <span className={styles.chip} title={words.slice(shown.length).join(', ')}>
          {words.length - shown.length} more
        </span>
      )}
    </span>
  )
}

export type Tone = 'good' | 'bad' | 'warn' | 'watch' | 'plain'

/** Badge names a state; its colour only repeats what the word says. */
export function Badge({ tone, children }: { tone: Tone; children: ReactNode }) {
  return (
    <span className={styles.badge} data-tone={tone}>
      {children}
    </span>
  )
}

/** Banner is one thing to know or to act on, at the top of what it concerns. */
export function Banner({ tone, title, children }: { tone: Tone; title: string; children?: ReactNode }) {
  return (
    <div className={styles.banner} data-tone={tone}>
      <div className={styles.bannerTitle}>{title}</div>
      {children && <div>{children}</div>}
    </div>
  )
}
