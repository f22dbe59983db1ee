import { UnstyledButton } from '@mantine/core'
import type { Sink } from '../../api/generated'
import { ago } from '../../elements/times'
import { kinds } from './kinds'
import styles from './Sinks.module.css'
import { StateBadge } from './StateBadge'
import { backlogOf, numberOf } from './words'

export function SinkTable({ sinks, onOpen }: { sinks: Sink[]; onOpen: (id: string) => void }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard (WCAG 2.1.1)
    <section className={styles.scroll} aria-label="Sinks" tabIndex={0}>
      <table className={styles.table}>
        <thead>
          <tr>
            <th scope="col">Name</th>
            <th scope="col">Receiver</th>
            <th scope="col">State</th>
            <th scope="col">Waiting</th>
            <th scope="col">Delivered</th>
            <th scope="col">Last success</th>
            <th scope="col">Set aside</th>
          </tr>
        </thead>
        <tbody>
          {sinks.map(({ id, spec, status }) => (
            <tr key={id}>
              <td>
                <UnstyledButton className={styles.name} onClick={() => onOpen(id)}>
                  {spec.name}
                </UnstyledButton>
              </td>
              <td>{kinds[spec.kind].label}</td>
              <td>
                <StateBadge state={status.state} />
              </td>
              <td data-alarm={status.lagging} className={styles.waiting}>
                {backlogOf(status)}
              </td>
              <td className="muted">{numberOf(status.delivered)}</td>
              <td className="muted">{status.last_success_at ? ago(status.last_success_at) : 'Not yet'}</td>
              <td className={status.set_aside > 0 ? styles.aside : 'muted'}>{numberOf(status.set_aside)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}
