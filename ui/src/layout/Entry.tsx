import type { ReactNode } from 'react'
import { Logo } from '../elements/Logo'
import styles from './Entry.module.css'
import { Bare } from './Page'

/** Entry is the card of sign-in and set-up: what is asked, why, and the form. */
export function Entry({
  title,
  lead,
  step,
  children,
}: {
  title: string
  lead?: ReactNode
  step?: string
  children: ReactNode
}) {
  return (
    <Bare title={title}>
      <div className={styles.brand}>
        <Logo size={30} />
        <span>Ambit</span>
        {step && <span className={styles.step}>{step}</span>}
      </div>
      <div className={styles.card}>
        <h1 className={styles.title}>{title}</h1>
        {lead && <div className={styles.lead}>{lead}</div>}
        {children}
      </div>
    </Bare>
  )
}
