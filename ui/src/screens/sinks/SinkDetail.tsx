import { Button, Modal } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { call } from '../../api/client'
import { deleteSink, pauseSink, resumeSink, type Sink } from '../../api/generated'
import { Note } from '../../elements/States'
import { ago, dayOf } from '../../elements/times'
import { EditSink } from './EditSink'
import { kinds } from './kinds'
import { sinksQuery } from './queries'
import { Secrets } from './Secrets'
import { SetAside } from './SetAside'
import styles from './Sinks.module.css'
import { StateBadge } from './StateBadge'
import { Test } from './Test'
import { backlogOf, bytesOf, numberOf } from './words'

interface Props {
  sink: Sink | undefined
  writes: boolean
  onClose: () => void
}

/** SinkDetail shows how one sink does, and what can be done about it. */
export function SinkDetail({ sink, writes, onClose }: Props) {
  const [editing, setEditing] = useState(false)
  return (
    <Modal
      opened={sink !== undefined}
      onClose={() => {
        setEditing(false)
        onClose()
      }}
      title={sink?.spec.name}
      size={560}
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      {sink && editing && <EditSink sink={sink} onDone={() => setEditing(false)} />}
      {sink && !editing && (
        <div className={styles.form}>
          <Facts sink={sink} />
          {writes && <Test id={sink.id} />}
          <SetAside id={sink.id} count={sink.status.set_aside} writes={writes} />
          {writes && <Secrets sink={sink} />}
          {writes && <Actions sink={sink} onGone={onClose} onEdit={() => setEditing(true)} />}
        </div>
      )}
    </Modal>
  )
}

function Facts({ sink: { spec, status, created_at, created_by } }: { sink: Sink }) {
  const facts: [string, React.ReactNode][] = [
    ['State', <StateBadge key="state" state={status.state} />],
    ['Receiver', kinds[spec.kind].label],
    [
      'Waiting',
      `${backlogOf(status)}${status.backlog_bytes > 0 ? ` (${bytesOf(status.backlog_bytes)})` : ''}`,
    ],
    ['Delivered', `${numberOf(status.delivered)} messages`],
    ['Last success', status.last_success_at ? ago(status.last_success_at) : 'Not yet'],
  ]
  if (status.why) facts.push(['Why', status.why])
  if (status.last_error && status.last_error_at && status.last_error !== status.why) {
    facts.push(['Last error', `${status.last_error} (${ago(status.last_error_at)})`])
  }
  facts.push(['Added', `${dayOf(created_at)} by ${created_by}`])
  return (
    <dl className={styles.facts}>
      {facts.map(([name, value]) => (
        <div key={name} className={styles.fact}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  )
}

interface ActionsProps {
  sink: Sink
  onGone: () => void
  onEdit: () => void
}

function Actions({ sink, onGone, onEdit }: ActionsProps) {
  const queries = useQueryClient()
  const [sure, setSure] = useState(false)
  const settled = { onSuccess: () => queries.invalidateQueries(sinksQuery) }
  const path = { id: sink.id }
  const stopped = sink.status.state === 'paused' || sink.status.state === 'disabled'
  const turn = useMutation({
    mutationFn: () => call(stopped ? resumeSink({ path }) : pauseSink({ path })),
    ...settled,
  })
  const remove = useMutation({
    mutationFn: () => call(deleteSink({ path })),
    onSuccess: async () => {
      onGone()
      await queries.invalidateQueries(sinksQuery)
    },
  })
  return (
    <>
      <Note error={turn.error ?? remove.error} />
      <div className={styles.buttons}>
        {sure ? (
          <>
            <span>Its place in the ledger is forgotten.</span>
            <Button variant="default" onClick={() => setSure(false)}>
              Cancel
            </Button>
            <Button color="red.9" loading={remove.isPending} onClick={() => remove.mutate()}>
              Delete sink
            </Button>
          </>
        ) : (
          <>
            <Button variant="default" onClick={() => setSure(true)}>
              Delete
            </Button>
            <Button variant="default" onClick={onEdit}>
              Edit
            </Button>
            <Button loading={turn.isPending} onClick={() => turn.mutate()}>
              {stopped ? 'Start' : 'Pause'}
            </Button>
          </>
        )}
      </div>
    </>
  )
}
