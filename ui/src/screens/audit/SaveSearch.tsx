import { Button, Checkbox, Group, Modal, TextInput } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { call } from '../../api/client'
import { createSavedSearch, type SavedSearch, updateSavedSearch } from '../../api/generated'
import { Note } from '../../elements/States'
import type { Filters } from './filters'
import { requestOf, searchesQuery } from './searches'

interface Props {
  opened: boolean
  filters: Filters
  mine: SavedSearch[]
  onClose: () => void
}

/** SaveSearch keeps the filters that are set under a name; the name of one's own replaces that one. */
export function SaveSearch(props: Props) {
  return (
    <Modal
      opened={props.opened}
      onClose={props.onClose}
      title="Save this search"
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      {props.opened && <Form {...props} />}
    </Modal>
  )
}

function Form({ filters, mine, onClose }: Props) {
  const queries = useQueryClient()
  const [name, setName] = useState('')
  const [shared, setShared] = useState(false)
  const same = mine.find((one) => one.name === name.trim())
  const save = useMutation({
    mutationFn: () => {
      const body = requestOf(filters, name.trim(), shared)
      return same
        ? call(updateSavedSearch({ path: { id: same.id }, body }))
        : call(createSavedSearch({ body }))
    },
    onSuccess: async () => {
      await queries.invalidateQueries(searchesQuery)
      onClose()
    },
  })
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault()
        if (name.trim() !== '') save.mutate()
      }}
    >
      <TextInput
        label="Name"
        placeholder="Refusals in payments"
        data-autofocus
        maxLength={100}
        value={name}
        description={same ? 'You have one of this name: it is replaced.' : undefined}
        onChange={(event) => setName(event.currentTarget.value)}
      />
      <Checkbox
        mt="md"
        label="Share it with everybody who may search"
        checked={shared}
        onChange={(event) => setShared(event.currentTarget.checked)}
      />
      <Note error={save.error} />
      <Group justify="flex-end" mt="lg">
        <Button variant="default" onClick={onClose}>
          Cancel
        </Button>
        <Button type="submit" loading={save.isPending} disabled={name.trim() === ''}>
          {same ? 'Replace' : 'Save'}
        </Button>
      </Group>
    </form>
  )
}
