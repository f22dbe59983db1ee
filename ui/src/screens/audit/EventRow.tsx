import { Link } from '@tanstack/react-router'
import { memo } from 'react'
import type { AuditEvent } from '../../api/generated'
import { EffectBadge, verdictOf } from '../../elements/EffectBadge'
import { fullTime, shortTime } from '../../elements/times'
import { lineOf, phaseWords, shortPerson, shortRepository } from './describe'
import styles from './EventRow.module.css'
import type { Filters } from './filters'

interface Props {
  event: AuditEvent
  index: number
  top: number
  height: number
  selected: boolean
  fresh: boolean
  filters: Filters
}

export const EventRow = memo(function EventRow({
  event,
  index,
  top,
  height,
  selected,
  fresh,
  filters,
}: Props) {
  const { target, note } = lineOf(event)
  return (
    <li
      className={styles.item}
      data-index={index}
      data-fresh={fresh}
      style={{ height, transform: `translateY(${top}px)` }}
      aria-posinset={index + 1}
      aria-setsize={-1}
    >
      <Link
        to="/audit/$id"
        params={{ id: event.id }}
        search={filters}
        preload={false}
        className={styles.row}
        aria-current={selected ? 'true' : undefined}
      >
        <time className={styles.time} dateTime={event.time} title={fullTime(event.time)}>
          {shortTime(event.time)}
        </time>
        <span className={styles.verdict}>
          {event.decision && event.phase === 'decision' ? (
            <EffectBadge verdict={verdictOf(event.decision)} />
          ) : (
            <span className={styles.phase}>{phaseWords[event.phase]}</span>
          )}
        </span>
        <span className={styles.what}>
          <span className={styles.type}>{event.type}</span>
          {target && <code className={styles.target}>{target}</code>}
        </span>
        <span className={styles.note}>{note}</span>
        <span className={styles.repository} title={event.repository}>
          {event.repository ? shortRepository(event.repository) : ''}
        </span>
        <span className={styles.person} title={event.actor.user}>
          {shortPerson(event.actor.user)}
        </span>
      </Link>
    </li>
  )
})
