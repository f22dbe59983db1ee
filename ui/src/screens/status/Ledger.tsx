import { Button } from '@mantine/core'
import { IconDownload } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import type { Status } from '../../api/generated'
import { CodeBlock } from '../../elements/CodeBlock'
import { Panel } from '../../layout/Page'
import { checkpointQuery } from './queries'
import styles from './Status.module.css'
import { Verify } from './Verify'

/** Ledger shows the ledger's position, verifies it on request and gives away its signed checkpoint. */
export function Ledger({ ledger, allowed }: { ledger: Status['ledger']; allowed: boolean }) {
  const checkpoint = useQuery({ ...checkpointQuery, enabled: allowed })
  const note = checkpoint.data?.note ?? ''
  return (
    <Panel title="Audit ledger">
      <dl className={styles.facts}>
        <dt>Newest entry</dt>
        <dd className="tabular">{ledger.seq.toLocaleString('en')}</dd>
        <dt>Writable</dt>
        <dd>{ledger.healthy ? 'Yes' : `No: ${ledger.error ?? 'decisions are refused until it is'}`}</dd>
        <dt>Not yet indexed</dt>
        <dd className="tabular">{ledger.backlog.toLocaleString('en')} (found all the same)</dd>
      </dl>
      {allowed && <Verify />}
      {note && (
        <div className={styles.checkpoint}>
          <div className={styles.checkpointHead}>
            <p>
              A signed checkpoint kept elsewhere proves later that nothing before it was changed, not even by
              whoever holds this server.
            </p>
            <Button
              component="a"
              size="xs"
              variant="default"
              leftSection={<IconDownload size={14} />}
              href={`data:text/plain,${encodeURIComponent(note)}`}
              download="ambit-checkpoint.txt"
            >
              Checkpoint
            </Button>
          </div>
          <CodeBlock text={note} what="the checkpoint" />
        </div>
      )}
    </Panel>
  )
}
