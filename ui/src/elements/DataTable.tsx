import { VisuallyHidden } from '@mantine/core'
import type { ReactNode } from 'react'
import styles from './DataTable.module.css'

/** Frame is the bordered box of a list, with a line of filters above it. */
export function Frame({ filters, children }: { filters?: ReactNode; children: ReactNode }) {
  return (
    <div className={styles.frame}>
      {filters && <div className={styles.filters}>{filters}</div>}
      {children}
    </div>
  )
}

/** DataTable scrolls sideways on its own where the page is narrow. A column that begins with "!" has no visible title. */
export function DataTable({
  label,
  columns,
  children,
}: {
  label: string
  columns: string[]
  children: ReactNode
}) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard (WCAG 2.1.1)
    <section className={styles.scroll} aria-label={label} tabIndex={0}>
      <table className={styles.table}>
        <thead>
          <tr>
            {columns.map((column) => (
              <th key={column} scope="col">
                {column.startsWith('!') ? <VisuallyHidden>{column.slice(1)}</VisuallyHidden> : column}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>{children}</tbody>
      </table>
    </section>
  )
}

export const cells = {
  name: styles.name ?? '',
  end: styles.end ?? '',
  faded: styles.faded ?? '',
  sub: styles.sub ?? '',
}
