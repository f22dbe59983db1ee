import styles from './CodeBlock.module.css'
import { CopyButton } from './CopyButton'

/** CodeBlock shows commands or files to copy as they stand. */
export function CodeBlock({ text, what }: { text: string; what: string }) {
  return (
    <div className={styles.block}>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard (WCAG 2.1.1) */}
      <pre className={styles.text} tabIndex={0}>
        <code>{text}</code>
      </pre>
      <div className={styles.copy}>
        <CopyButton value={text} what={what} />
      </div>
    </div>
  )
}
