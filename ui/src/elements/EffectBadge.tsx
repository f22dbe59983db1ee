import { IconBan, IconCheck, IconClockPause, IconEye } from '@tabler/icons-react'
import type { Effect } from '../api/generated'
import styles from './EffectBadge.module.css'

export type Verdict = Effect | 'monitored'

const looks = {
  allow: { label: 'Allowed', Icon: IconCheck },
  deny: { label: 'Refused', Icon: IconBan },
  hold: { label: 'Held', Icon: IconClockPause },
  monitored: { label: 'Monitored', Icon: IconEye },
} as const

/** verdictOf names what happened: in monitor mode an action that was refused or held ran all the same. */
export function verdictOf(decision: { effect: Effect; enforced: boolean }): Verdict {
  return decision.effect !== 'allow' && !decision.enforced ? 'monitored' : decision.effect
}

export function EffectBadge({ verdict, size = 'sm' }: { verdict: Verdict; size?: 'sm' | 'lg' }) {
  const { label, Icon } = looks[verdict]
  return (
    <span className={styles.badge} data-verdict={verdict} data-size={size}>
      <Icon size={size === 'lg' ? 16 : 13} stroke={2.2} aria-hidden />
      {label}
    </span>
  )
}
