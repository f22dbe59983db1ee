import { useDisclosure } from '@mantine/hooks'
import { IconChevronDown, IconChevronRight } from '@tabler/icons-react'
import type { AuditEvent } from '../../../api/generated'
import { CodeBlock } from '../../../elements/CodeBlock'
import styles from './Detail.module.css'

export function Raw({ event }: { event: AuditEvent }) {
  const [opened, { toggle }] = useDisclosure(false)
  return (
    <section className={styles.section}>
      <h3 className={styles.sectionTitle}>
        <button type="button" className={styles.toggle} aria-expanded={opened} onClick={toggle}>
          {opened ? <IconChevronDown size={15} aria-hidden /> : <IconChevronRight size={15} aria-hidden />}
          Raw event
        </button>
      </h3>
      {opened && (
        <div className={styles.raw}>
          <CodeBlock text={JSON.stringify(event, null, 2)} what="the raw event" />
        </div>
      )}
    </section>
  )
}
