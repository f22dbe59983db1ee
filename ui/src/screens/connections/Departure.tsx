import type { ConnectionDetail } from '../../api/generated'
import { Facts } from '../../elements/Facts'
import { Panel } from '../../layout/Page'
import styles from './Connections.module.css'
import { signalWords, span } from './words'

/** Departure is how long somebody who left the organisation can go on at worst, and how to shorten it. */
export function Departure({ connection }: { connection: ConnectionDetail }) {
  const { departure } = connection
  return (
    <Panel title="When somebody leaves">
      <Facts
        facts={[
          ['Console, at worst', departure.console_s > 0 && span(departure.console_s)],
          ['Agents, at worst', span(departure.agents_s)],
        ]}
      />
      <ul className={styles.signals}>
        {departure.signals.map((signal) => (
          <li key={signal}>{signalWords[signal] ?? signal}.</li>
        ))}
        {departure.shorten.map((sentence) => (
          <li key={sentence} className="muted">
            {sentence}
          </li>
        ))}
      </ul>
      <div className="muted">Cutting somebody off here works at once, whatever the provider says.</div>
    </Panel>
  )
}
