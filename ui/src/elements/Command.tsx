import { VisuallyHidden } from '@mantine/core'
import type { Finding } from '../api/generated'
import styles from './Command.module.css'
import { segmentsOf } from './spans'

/** Command shows a command line with the parts underlined that findings point at. */
export function Command({ text, findings = [] }: { text: string; findings?: Finding[] }) {
  const segments = segmentsOf(
    text,
    findings.map((finding) => (finding.relaxed ? undefined : finding.at)),
  )
  return (
    <pre className={styles.command}>
      <code>
        {segments.map((segment, i) =>
          segment.marks.length === 0 ? (
            segment.text
          ) : (
            <mark
              // biome-ignore lint/suspicious/noArrayIndexKey: the segments of one text have no identity but their place
              key={i}
              className={styles.bad}
              title={segment.marks.map((mark) => findings[mark]?.message).join('\n')}
            >
              <VisuallyHidden component="span">refused part: </VisuallyHidden>
              {segment.text}
            </mark>
          ),
        )}
      </code>
    </pre>
  )
}
