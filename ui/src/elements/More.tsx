import { useDisclosure } from '@mantine/hooks'
import type { ReactNode } from 'react'
import styles from './More.module.css'

/** More holds settings that few need. It is open where one of them has a problem. */
export function More({
  label,
  open = false,
  children,
}: {
  label: string
  open?: boolean
  children: ReactNode
}) {
  const [more, { toggle }] = useDisclosure(false)
  const shown = more || open
  return (
    <div className={styles.section}>
      <button type="button" className={styles.more} aria-expanded={shown} onClick={toggle}>
        {shown ? `Hide ${label}` : `Show ${label}`}
      </button>
      {shown && children}
    </div>
  )
}
