import { Button } from '@mantine/core'
import { IconDownload } from '@tabler/icons-react'
import { useMutation } from '@tanstack/react-query'
import { call } from '../../../api/client'
import { proveEvent } from '../../../api/generated'
import { CodeBlock } from '../../../elements/CodeBlock'
import { Note } from '../../../elements/States'
import styles from './Detail.module.css'

/** Proof gets the event's inclusion proof, which anybody can check who has the ledger's public key. */
export function Proof({ id }: { id: string }) {
  const prove = useMutation({ mutationFn: () => call(proveEvent({ path: { id } })) })
  const proof = prove.data
  return (
    <section className={styles.section}>
      <h3 className={styles.sectionTitle}>Proof</h3>
      {!proof && (
        <div className={styles.proof}>
          <p className="muted">
            Shows whoever has the ledger’s public key that this event is in it, unaltered, and nothing else of
            it.
          </p>
          <Note error={prove.error} />
          <Button variant="default" size="xs" loading={prove.isPending} onClick={() => prove.mutate()}>
            Make the proof
          </Button>
        </div>
      )}
      {proof && (
        <div className={styles.proof} role="status">
          <p>
            Entry {proof.seq.toLocaleString('en')} with {proof.hashes.length}{' '}
            {proof.hashes.length === 1 ? 'hash' : 'hashes'} that lead to a signed checkpoint. To check it:
          </p>
          <CodeBlock text={`ambit audit prove --check proof.json --key ledger.pub`} what="the command" />
          <Button
            component="a"
            variant="default"
            size="xs"
            leftSection={<IconDownload size={14} />}
            href={`data:application/json,${encodeURIComponent(`${JSON.stringify(proof, null, 2)}\n`)}`}
            download="proof.json"
          >
            Proof
          </Button>
          <CodeBlock text={proof.checkpoint} what="the checkpoint" />
        </div>
      )}
    </section>
  )
}
