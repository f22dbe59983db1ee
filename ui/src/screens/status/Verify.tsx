import { Button, Progress, Textarea } from '@mantine/core'
import { IconCircleCheck, IconShieldExclamation } from '@tabler/icons-react'
import { useMutation, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { call } from '../../api/client'
import { type VerifyReport, verifyLedger } from '../../api/generated'
import { Note } from '../../elements/States'
import { verificationQuery } from './queries'
import styles from './Status.module.css'

/** Verify checks the whole ledger, on request against a checkpoint that was kept elsewhere, and shows how far it is. */
export function Verify() {
  const [kept, setKept] = useState('')
  const verify = useMutation({
    mutationFn: () => call(verifyLedger({ body: kept.trim() ? { checkpoint: `${kept.trim()}\n` } : {} })),
  })
  const progress = useQuery({ ...verificationQuery, enabled: verify.isPending })
  const { checked = 0, total = 0 } = (progress.data?.running && progress.data) || {}
  return (
    <div className={styles.verify}>
      <Textarea
        label="Checkpoint that you kept"
        description="Optional: with it a ledger that was set back or rewritten shows, too"
        autosize
        minRows={1}
        maxRows={8}
        classNames={{ input: styles.note ?? '' }}
        value={kept}
        onChange={(event) => setKept(event.currentTarget.value)}
      />
      <div>
        <Button size="xs" variant="default" loading={verify.isPending} onClick={() => verify.mutate()}>
          Verify now
        </Button>
      </div>
      {verify.isPending && (
        <div role="status">
          <Progress
            value={total > 0 ? (checked / total) * 100 : 0}
            size="sm"
            aria-label="Entries checked"
            mb={6}
          />
          <span className="muted tabular">
            {checked.toLocaleString('en')} of {total.toLocaleString('en')} entries checked
          </span>
        </div>
      )}
      <Note error={verify.error} />
      {verify.data && <Verdict report={verify.data} />}
    </div>
  )
}

function Verdict({ report }: { report: VerifyReport }) {
  const Icon = report.ok ? IconCircleCheck : IconShieldExclamation
  return (
    <div className={styles.verdict} data-ok={report.ok} role="status">
      <Icon size={18} aria-hidden />
      <div>
        <strong>
          {report.ok
            ? `Nothing was altered: ${report.entries.toLocaleString('en')} entries checked`
            : `First bad entry: ${report.first_bad ?? 'unknown'}`}
        </strong>
        <div>
          {report.message} ({report.took_ms.toLocaleString('en')} ms)
        </div>
        {report.issues.length > 1 && (
          <ul>
            {report.issues.map((issue) => (
              <li key={`${issue.seq} ${issue.what}`}>
                Entry {issue.seq.toLocaleString('en')}: {issue.what}
              </li>
            ))}
          </ul>
        )}
        {report.notes.map((note) => (
          <div key={note}>{note}</div>
        ))}
      </div>
    </div>
  )
}
