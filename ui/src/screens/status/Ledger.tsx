import { Button } from '@mantine/core'
import { IconCircleCheck, IconDownload, IconShieldExclamation } from '@tabler/icons-react'
import { useMutation, useQuery } from '@tanstack/react-query'
import { call } from '../../api/client'
import { type Status, verifyLedger } from '../../api/generated'
import { CodeBlock } from '../../elements/CodeBlock'
import { Note } from '../../elements/States'
import { Panel } from '../../layout/Page'
import { checkpointQuery } from './queries'
import styles from './Status.module.css'

/** Ledger shows the ledger's position, verifies it on request and gives away its signed checkpoint. */
export function Ledger({ ledger, allowed }: { ledger: Status['ledger']; allowed: boolean }) {
  const verify = useMutation({ mutationFn: () => call(verifyLedger()) })
  const checkpoint = useQuery({ ...checkpointQuery, enabled: allowed })
  const note = checkpoint.data?.note ?? ''
  return (
    <Panel
      title="Audit ledger"
      aside={
        allowed && (
          <Button size="xs" variant="default" loading={verify.isPending} onClick={() => verify.mutate()}>
            Verify now
          </Button>
        )
      }
    >
      <dl className={styles.facts}>
        <dt>Newest entry</dt>
        <dd className="tabular">{ledger.seq.toLocaleString('en')}</dd>
        <dt>Writable</dt>
        <dd>{ledger.healthy ? 'Yes' : `No: ${ledger.error ?? 'decisions are refused until it is'}`}</dd>
        <dt>Not yet indexed</dt>
        <dd className="tabular">{ledger.backlog.toLocaleString('en')} (found all the same)</dd>
      </dl>
      <Note error={verify.error} />
      {verify.data && (
        <div className={styles.verdict} data-ok={verify.data.ok} role="status">
          {verify.data.ok ? (
            <IconCircleCheck size={18} aria-hidden />
          ) : (
            <IconShieldExclamation size={18} aria-hidden />
          )}
          <div>
            <strong>
              {verify.data.ok
                ? `Nothing was altered: ${verify.data.entries.toLocaleString('en')} entries checked`
                : `First bad entry: ${verify.data.first_bad ?? 'unknown'}`}
            </strong>
            <div>
              {verify.data.message} ({verify.data.took_ms.toLocaleString('en')} ms)
            </div>
          </div>
        </div>
      )}
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
