import { type ReactNode, useEffect } from 'react'
import styles from './Page.module.css'

/** Page is a page that scrolls as a whole, with its heading and what can be done on it. */
export function Page({
  title,
  lead,
  actions,
  children,
}: {
  title: string
  lead?: ReactNode
  actions?: ReactNode
  children: ReactNode
}) {
  useTitle(title)
  return (
    <div className={styles.page}>
      <div className={styles.inner}>
        <div className={styles.head}>
          <div>
            <h1 className={styles.title}>{title}</h1>
            {lead && <p className={styles.lead}>{lead}</p>}
          </div>
          {actions && <div className={styles.actions}>{actions}</div>}
        </div>
        {children}
      </div>
    </div>
  )
}

export function useTitle(title: string) {
  useEffect(() => {
    document.title = `${title} · Ambit`
  }, [title])
}

/** Panel is a bordered part of a page with a heading of its own. */
export function Panel({ title, aside, children }: { title: string; aside?: ReactNode; children: ReactNode }) {
  return (
    <section className={styles.panel}>
      <div className={styles.panelHead}>
        <h2 className={styles.panelTitle}>{title}</h2>
        {aside}
      </div>
      <div className={styles.panelBody}>{children}</div>
    </section>
  )
}

/** Bare is a page without navigation: set-up and sign-in. */
export function Bare({ title, children }: { title: string; children: ReactNode }) {
  useTitle(title)
  return (
    <main className={styles.bare}>
      <div className={styles.card}>{children}</div>
    </main>
  )
}
