import type { SinkState, SinkStatus } from '../../api/generated'
import { lasted } from '../../elements/times'

export const stateNames: Record<SinkState, string> = {
  running: 'Running',
  paused: 'Paused',
  disabled: 'Disabled',
  failing: 'Failing',
  misconfigured: 'Misconfigured',
}

const count = new Intl.NumberFormat('en-GB')

/** backlogOf says what waits: "Up to date", "1,204 events, 3 minutes". */
export function backlogOf(status: SinkStatus): string {
  if (status.lag_events === 0) return 'Up to date'
  const events = `${count.format(status.lag_events)} event${status.lag_events === 1 ? '' : 's'}`
  return status.lag_s >= 1 ? `${events}, ${lasted(Math.floor(status.lag_s))}` : events
}

/** bytesOf puts a size in its largest unit. */
export function bytesOf(bytes: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB']
  let i = 0
  let value = bytes
  for (; value >= 1024 && i < units.length - 1; i++) value /= 1024
  return `${value < 10 && i > 0 ? value.toFixed(1) : Math.round(value)} ${units[i]}`
}

export const numberOf = (n: number) => count.format(n)
