import {
  IconAlertTriangle,
  IconBan,
  IconCircleCheck,
  IconPlayerPause,
  IconRefreshAlert,
} from '@tabler/icons-react'
import type { SinkState } from '../../api/generated'
import styles from './Sinks.module.css'
import { stateNames } from './words'

const icons = {
  running: IconCircleCheck,
  paused: IconPlayerPause,
  disabled: IconBan,
  failing: IconRefreshAlert,
  misconfigured: IconAlertTriangle,
}

export function StateBadge({ state }: { state: SinkState }) {
  const Icon = icons[state]
  return (
    <span className={styles.state} data-state={state}>
      <Icon size={14} stroke={2} aria-hidden />
      {stateNames[state]}
    </span>
  )
}
