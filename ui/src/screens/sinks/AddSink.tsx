import { Button, Modal, UnstyledButton } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { call } from '../../api/client'
import { createSink, resumeSink, type Sink, type SinkKind } from '../../api/generated'
import { CodeBlock } from '../../elements/CodeBlock'
import { Note } from '../../elements/States'
import { type Draft, emptyDraft, missing, secretsOf, specOf } from './draft'
import { kinds } from './kinds'
import { sinksQuery } from './queries'
import { Settings } from './Settings'
import styles from './Sinks.module.css'
import { Test } from './Test'

/** AddSink goes from the kind over the settings to a test; what is added stays paused until it is started. */
export function AddSink({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      title="Add sink"
      size={520}
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      {opened && <Wizard onClose={onClose} />}
    </Modal>
  )
}

function Wizard({ onClose }: { onClose: () => void }) {
  const [draft, setDraft] = useState<Draft>()
  const [made, setMade] = useState<{ sink: Sink; secret?: string }>()
  if (made) return <Try sink={made.sink} secret={made.secret} onClose={onClose} />
  if (!draft) return <Choose onChoose={(kind) => setDraft(emptyDraft(kind))} />
  return <Describe draft={draft} onChange={setDraft} onBack={() => setDraft(undefined)} onMade={setMade} />
}

function Choose({ onChoose }: { onChoose: (kind: SinkKind) => void }) {
  return (
    <div className={styles.kinds}>
      {(Object.keys(kinds) as SinkKind[]).map((kind) => (
        <UnstyledButton key={kind} className={styles.kind} onClick={() => onChoose(kind)}>
          <strong>{kinds[kind].label}</strong>
          <span>{kinds[kind].description}</span>
        </UnstyledButton>
      ))}
    </div>
  )
}

interface DescribeProps {
  draft: Draft
  onChange: (draft: Draft) => void
  onBack: () => void
  onMade: (made: { sink: Sink; secret?: string }) => void
}

function Describe({ draft, onChange, onBack, onMade }: DescribeProps) {
  const queries = useQueryClient()
  const [error, setError] = useState<ReturnType<typeof missing>>()
  const create = useMutation({
    mutationFn: () =>
      call(createSink({ body: { spec: specOf(draft), secrets: secretsOf(draft), paused: true } })),
    onSuccess: async (made) => {
      await queries.invalidateQueries(sinksQuery)
      onMade(made)
    },
  })
  return (
    <form
      className={styles.form}
      noValidate
      onSubmit={(event) => {
        event.preventDefault()
        const wrong = missing(draft)
        setError(wrong)
        if (!wrong) create.mutate()
      }}
    >
      <Settings draft={draft} error={error} onChange={onChange} />
      <Note error={create.error} />
      <div className={styles.buttons}>
        <Button variant="default" onClick={onBack}>
          Back
        </Button>
        <Button type="submit" loading={create.isPending}>
          Add {kinds[draft.kind].label}
        </Button>
      </div>
    </form>
  )
}

function Try({ sink, secret, onClose }: { sink: Sink; secret: string | undefined; onClose: () => void }) {
  const queries = useQueryClient()
  const start = useMutation({
    mutationFn: () => call(resumeSink({ path: { id: sink.id } })),
    onSuccess: async () => {
      await queries.invalidateQueries(sinksQuery)
      onClose()
    },
  })
  return (
    <div className={styles.form}>
      {secret && (
        <div>
          <p>Give this signing secret to the receiver now. It is shown only this once.</p>
          <CodeBlock text={secret} what="the signing secret" />
        </div>
      )}
      <p>{sink.spec.name} is added, and paused. Send it a test event, then start it.</p>
      <Test id={sink.id} />
      <Note error={start.error} />
      <div className={styles.buttons}>
        <Button variant="default" onClick={onClose}>
          Leave it paused
        </Button>
        <Button loading={start.isPending} onClick={() => start.mutate()}>
          Start
        </Button>
      </div>
    </div>
  )
}
