import { Button } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { call } from '../../api/client'
import { type Sink, updateSink } from '../../api/generated'
import { Note } from '../../elements/States'
import { draftOf, edited, missing, secretsOf } from './draft'
import { sinksQuery } from './queries'
import { Settings } from './Settings'
import styles from './Sinks.module.css'

/** EditSink changes a sink's settings. Its place in the ledger stays; so do secrets that are left empty. */
export function EditSink({ sink, onDone }: { sink: Sink; onDone: () => void }) {
  const queries = useQueryClient()
  const [draft, setDraft] = useState(() => draftOf(sink.spec))
  const [error, setError] = useState<ReturnType<typeof missing>>()
  const update = useMutation({
    mutationFn: () =>
      call(
        updateSink({
          path: { id: sink.id },
          body: { spec: edited(sink.spec, draft), secrets: secretsOf(draft) },
        }),
      ),
    onSuccess: async () => {
      await queries.invalidateQueries(sinksQuery)
      onDone()
    },
  })
  return (
    <form
      className={styles.form}
      noValidate
      onSubmit={(event) => {
        event.preventDefault()
        const wrong = missing(draft, sink.secrets)
        setError(wrong)
        if (!wrong) update.mutate()
      }}
    >
      <p className="muted">Secrets that you leave empty stay, unless the address changes.</p>
      <Settings draft={draft} error={error} onChange={setDraft} editing />
      <Note error={update.error} />
      <div className={styles.buttons}>
        <Button variant="default" onClick={onDone}>
          Cancel
        </Button>
        <Button type="submit" loading={update.isPending}>
          Save
        </Button>
      </div>
    </form>
  )
}
