import { Button, Modal } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { call } from '../../api/client'
import { deleteSavedSearch, type SavedSearch } from '../../api/generated'
import { cells, DataTable } from '../../elements/DataTable'
import { Note } from '../../elements/States'
import { describeSearch } from './describeSearch'
import { filtersOf, searchesQuery } from './searches'

interface Props {
  opened: boolean
  mine: SavedSearch[]
  onClose: () => void
}

/** ManageSearches lists one's own saved searches and deletes them. */
export function ManageSearches({ opened, mine, onClose }: Props) {
  const queries = useQueryClient()
  const remove = useMutation({
    mutationFn: (id: string) => call(deleteSavedSearch({ path: { id } })),
    onSuccess: async () => {
      await queries.invalidateQueries(searchesQuery)
      if (mine.length === 1) onClose()
    },
  })
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      title="Saved searches"
      size={560}
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      <Note error={remove.error} />
      <DataTable label="Your saved searches" columns={['Name', 'Finds', '!Delete']}>
        {mine.map((one) => (
          <tr key={one.id}>
            <td className={cells.name}>
              {one.name}
              {one.shared && <div className={cells.sub}>Shared</div>}
            </td>
            <td>{describeSearch(filtersOf(one))}</td>
            <td className={cells.end}>
              <Button
                variant="default"
                size="xs"
                aria-label={`Delete ${one.name}`}
                loading={remove.isPending && remove.variables === one.id}
                onClick={() => remove.mutate(one.id)}
              >
                Delete
              </Button>
            </td>
          </tr>
        ))}
      </DataTable>
    </Modal>
  )
}
