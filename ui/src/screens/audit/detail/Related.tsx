import { Link } from '@tanstack/react-router'
import type { AuditEvent } from '../../../api/generated'
import { EffectBadge, verdictOf } from '../../../elements/EffectBadge'
import { shortTime } from '../../../elements/times'
import { lineOf, phaseWords } from '../describe'
import type { Filters } from '../filters'
import styles from './Detail.module.css'

/** Related lists what belongs to the same tool use, prompt or decision. */
export function Related({ events, filters }: { events: AuditEvent[]; filters: Filters }) {
  if (events.length === 0) return null
  return (
    <section className={styles.section}>
      <h3 className={styles.sectionTitle}>Same prompt or tool use</h3>
      <ul className={styles.related}>
        {events.map((event) => {
          const { target, note } = lineOf(event)
          return (
            <li key={event.id}>
              <Link to="/audit/$id" params={{ id: event.id }} search={filters} className={styles.relatedRow}>
                <time dateTime={event.time} className="muted tabular">
                  {shortTime(event.time)}
                </time>
                {event.decision && event.phase === 'decision' ? (
                  <EffectBadge verdict={verdictOf(event.decision)} />
                ) : (
                  <span className="muted">{phaseWords[event.phase]}</span>
                )}
                <span>
                  <span className="muted">{event.type}</span> {target ? <code>{target}</code> : note}
                </span>
              </Link>
            </li>
          )
        })}
      </ul>
    </section>
  )
}
