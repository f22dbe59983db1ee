import { ActionIcon, Tooltip } from '@mantine/core'
import { IconX } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import type { AuditEvent, EventDetail } from '../../../api/generated'
import { Command } from '../../../elements/Command'
import { CopyButton } from '../../../elements/CopyButton'
import { EffectBadge, verdictOf } from '../../../elements/EffectBadge'
import { Explanation } from '../../../elements/Explanation'
import { Failure, Loading } from '../../../elements/States'
import { fullTime } from '../../../elements/times'
import { lineOf, phaseWords } from '../describe'
import { eventQuery } from '../events'
import type { Filters } from '../filters'
import styles from './Detail.module.css'
import { Facts } from './Facts'
import { Prompt } from './Prompt'
import { Proof } from './Proof'
import { Raw } from './Raw'
import { Related } from './Related'

interface Props {
  id: string
  known: AuditEvent | undefined // the event as the list has it, shown until the rest is loaded
  filters: Filters
  onClose: () => void
}

export function Detail({ id, known, filters, onClose }: Props) {
  const query = useQuery(eventQuery(id))
  const detail: EventDetail | undefined =
    query.data ?? (known && { event: known, related: [], prompt: { recorded: false, readable: false } })

  return (
    <div className={styles.detail}>
      <div className={styles.bar}>
        <span className={styles.seq}>
          {detail ? `Entry ${detail.event.seq.toLocaleString('en')}` : 'Event'}
        </span>
        <span className={styles.tools}>
          <CopyButton value={window.location.href} what="the link to this event" />
          <Tooltip label="Close (Esc)">
            <ActionIcon
              variant="subtle"
              color="gray"
              size="sm"
              onClick={onClose}
              aria-label="Close the event"
            >
              <IconX size={16} />
            </ActionIcon>
          </Tooltip>
        </span>
      </div>
      {detail ? (
        <Body detail={detail} filters={filters} />
      ) : query.isError ? (
        <Failure error={query.error} again={() => query.refetch()} />
      ) : (
        <Loading what="the event" />
      )}
    </div>
  )
}

function Body({ detail, filters }: { detail: EventDetail; filters: Filters }) {
  const { event } = detail
  const { decision } = event
  const line = lineOf(event)
  const command = commandOf(event)
  return (
    <>
      <header className={styles.head}>
        <div className={styles.kind}>
          {decision && event.phase === 'decision' ? (
            <EffectBadge verdict={verdictOf(decision)} size="lg" />
          ) : (
            <span className={styles.phase}>{phaseWords[event.phase]}</span>
          )}
          <h2 className={styles.type}>{event.type}</h2>
          {event.purpose === 'query' && <span className={styles.phase}>Tried out, not an action</span>}
        </div>
        <div className={styles.when}>{fullTime(event.time)}</div>
      </header>
      {command ? (
        <Command text={command} findings={decision?.findings} />
      ) : (
        line.target && <Command text={line.target} />
      )}
      {decision ? (
        <Explanation
          reason={decision.reason}
          hint={decision.hint}
          findings={decision.findings ?? []}
          layers={decision.layers ?? []}
          effects={event.effects}
        />
      ) : (
        line.note && <p className={styles.note}>{line.note}</p>
      )}
      <Prompt id={event.id} prompt={detail.prompt} />
      <Facts event={event} />
      <Related events={detail.related} filters={filters} />
      <Proof id={event.id} />
      <Raw event={event} />
    </>
  )
}

function commandOf(event: AuditEvent): string {
  const command = event.action?.name === 'shell.exec' ? event.action.properties?.command : undefined
  return typeof command === 'string' ? command : ''
}
