import { SegmentedControl } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { CodeBlock } from '../../elements/CodeBlock'
import { Page, Panel } from '../../layout/Page'
import { useSession } from '../../session/session'
import { statusQuery } from '../status/queries'
import styles from './Connect.module.css'
import { type Platform, platforms, stepsFor } from './steps'

/** Connect gives the exact commands that put an engineer's agent under this installation. */
export function Connect() {
  const { data: session } = useSession()
  const [platform, setPlatform] = useState<Platform>('linux')
  const status = useQuery(statusQuery)
  const person = session?.user?.email ?? 'ada@example.com'
  return (
    <Page
      title="Connect an agent"
      lead="From then on Claude Code asks Ambit before each action, and stops when Ambit refuses or does not answer."
      actions={
        <SegmentedControl
          size="xs"
          aria-label="Operating system of the engineer's machine"
          value={platform}
          onChange={(value) => setPlatform(value as Platform)}
          data={platforms}
        />
      }
    >
      {stepsFor({
        server: window.location.origin,
        person,
        data: status.data?.data_dir ?? './ambit-data',
        platform,
      }).map((step, i) => (
        <Panel key={step.title} title={`${i + 1}. ${step.title}`}>
          <div className={styles.step}>
            <p className={styles.words}>{step.words}</p>
            {step.code && <CodeBlock text={step.code} what="the commands" />}
          </div>
        </Panel>
      ))}
      <p className={styles.words}>
        Each action appears in the <Link to="/audit">audit list</Link> within a second.
      </p>
    </Page>
  )
}
