import { Button, Group, Modal, Select, Textarea, TextInput } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { call } from '../../api/client'
import { addHold } from '../../api/generated'
import { Note } from '../../elements/States'
import { fromLocal, toLocal } from '../../elements/times'
import { describeSearch } from '../audit/describeSearch'
import { compact, type Filters, queryOf } from '../audit/filters'
import { filtersOf, searchesQuery } from '../audit/searches'
import { holdsQuery, retentionQuery } from './queries'
import styles from './Retention.module.css'

/** AddHold puts a hold into force. Its search is one that was saved, or is written here. */
export function AddHold({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      title="Add legal hold"
      size={520}
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      {opened && <Form onClose={onClose} />}
    </Modal>
  )
}

function Form({ onClose }: { onClose: () => void }) {
  const queries = useQueryClient()
  const saved = useQuery(searchesQuery)
  const [name, setName] = useState('')
  const [reason, setReason] = useState('')
  const [search, setSearch] = useState<Filters>({})
  const add = useMutation({
    // A span that moves would end what is held day by day: it becomes the time that it means now.
    mutationFn: () =>
      call(addHold({ body: { name: name.trim(), reason: reason.trim(), search: queryOf(search) } })),
    onSuccess: async () => {
      await queries.invalidateQueries(holdsQuery)
      await queries.invalidateQueries(retentionQuery)
      onClose()
    },
  })
  const field = (key: 'person' | 'repository' | 'q') => ({
    value: search[key] ?? '',
    onChange: (event: React.ChangeEvent<HTMLInputElement>) =>
      setSearch(compact({ ...search, [key]: event.currentTarget.value })),
  })
  const time = (key: 'since' | 'until') => ({
    type: 'datetime-local',
    value: toLocal(queryOf(search)[key]),
    onChange: (event: React.ChangeEvent<HTMLInputElement>) =>
      setSearch(compact({ ...search, [key]: fromLocal(event.currentTarget.value) })),
  })
  return (
    <form
      className={styles.form}
      onSubmit={(event) => {
        event.preventDefault()
        if (name.trim() !== '') add.mutate()
      }}
    >
      <TextInput
        label="Name"
        placeholder="Case 7"
        data-autofocus
        maxLength={100}
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
      />
      <Textarea
        label="Reason"
        placeholder="Who asked for it, and whom to ask before it is released"
        autosize
        minRows={2}
        maxLength={1000}
        value={reason}
        onChange={(event) => setReason(event.currentTarget.value)}
      />
      {(saved.data?.searches.length ?? 0) > 0 && (
        <Select
          label="Take a saved search"
          placeholder="None"
          clearable
          data={saved.data?.searches.map((one) => ({ value: one.id, label: one.name }))}
          onChange={(id) => {
            const found = saved.data?.searches.find((one) => one.id === id)
            setSearch(found ? filtersOf(found) : {})
          }}
        />
      )}
      <div className={styles.pair}>
        <TextInput label="Person" placeholder="Everybody" {...field('person')} />
        <TextInput label="Repository" placeholder="Every repository" {...field('repository')} />
        <TextInput label="From" {...time('since')} />
        <TextInput label="Until" {...time('until')} />
      </div>
      <TextInput label="Words" placeholder="Any" {...field('q')} />
      <p className={styles.words} role="status">
        Keeps: {describeSearch(search)}
      </p>
      <Note error={add.error} />
      <Group justify="flex-end">
        <Button variant="default" onClick={onClose}>
          Cancel
        </Button>
        <Button type="submit" loading={add.isPending} disabled={name.trim() === ''}>
          Add hold
        </Button>
      </Group>
    </form>
  )
}
