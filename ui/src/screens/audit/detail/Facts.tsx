import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import type { AuditEvent } from '../../../api/generated'
import { CopyButton } from '../../../elements/CopyButton'
import type { Filters } from '../filters'
import styles from './Detail.module.css'

interface Fact {
  label: string
  value: string | undefined
  filter?: Filters // events that share this fact
  fact?: string // its name in the event's provenance
  mono?: boolean
  copy?: boolean
}

/** Facts lists who, where and by what. What can be searched by is a link to that search. */
export function Facts({ event }: { event: AuditEvent }) {
  return (
    <section className={styles.section}>
      <h3 className={styles.sectionTitle}>Who and where</h3>
      <dl className={styles.facts}>
        {factsOf(event)
          .filter((fact) => fact.value)
          .map((fact) => (
            <Row
              key={fact.label}
              fact={fact}
              source={fact.fact ? event.provenance?.[fact.fact] : undefined}
            />
          ))}
      </dl>
    </section>
  )
}

function factsOf(event: AuditEvent): Fact[] {
  const { actor, agent, decision, correlation } = event
  return [
    { label: 'Person', value: actor.user, filter: { person: actor.user }, fact: 'actor' },
    { label: 'Tier', value: actor.tier },
    { label: 'Groups', value: actor.groups?.join(', ') },
    {
      label: 'Repository',
      value: event.repository,
      filter: { repository: event.repository },
      fact: 'repository',
    },
    { label: 'Directory', value: event.cwd, mono: true, fact: 'cwd' },
    { label: 'Session', value: event.session, filter: { session: event.session }, mono: true },
    { label: 'Agent', value: agent && [agent.name, agent.version].filter(Boolean).join(' '), fact: 'agent' },
    { label: 'Sub-agent', value: agent?.id, mono: true },
    { label: 'Asked by', value: event.asked_by, mono: true },
    { label: 'Address', value: actor.address, mono: true },
    { label: 'Policy version', value: decision && String(decision.policy_version) },
    {
      label: 'Changed',
      value: event.change && [event.change.object, event.change.id].filter(Boolean).join(' '),
    },
    { label: 'Secrets masked', value: event.masked ? String(event.masked) : undefined },
    { label: 'Decision', value: decision?.id ?? correlation?.decision, mono: true, copy: true },
    { label: 'Tool use', value: correlation?.tool_use_id, mono: true, copy: true },
    { label: 'Prompt id', value: correlation?.prompt_id, mono: true, copy: true },
    { label: 'Event', value: event.id, mono: true, copy: true },
  ]
}

function Row({ fact, source }: { fact: Fact; source: string | undefined }) {
  const text: ReactNode = fact.mono ? <code>{fact.value}</code> : fact.value
  return (
    <>
      <dt>{fact.label}</dt>
      <dd>
        <span>
          {fact.filter ? (
            <Link to="/audit" search={fact.filter} className={styles.link}>
              {text}
            </Link>
          ) : (
            text
          )}
          {source && <span className={styles.vouched}> · as the {source} says</span>}
        </span>
        {fact.copy && fact.value && <CopyButton value={fact.value} what={fact.label.toLowerCase()} />}
      </dd>
    </>
  )
}
