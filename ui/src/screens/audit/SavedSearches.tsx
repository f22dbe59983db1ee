import { Button, Menu } from '@mantine/core'
import { IconBookmark, IconBookmarkPlus } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import type { SavedSearch } from '../../api/generated'
import { shortPerson } from './describe'
import styles from './FilterBar.module.css'
import type { Filters } from './filters'
import { ManageSearches } from './ManageSearches'
import { SaveSearch } from './SaveSearch'
import { filtersOf, searchesQuery } from './searches'

interface Props {
  filters: Filters
  onChange: (filters: Filters) => void
}

/** SavedSearches opens what was saved, one's own and what others share, and saves what is set now. */
export function SavedSearches({ filters, onChange }: Props) {
  const { data, isError } = useQuery(searchesQuery)
  const [dialog, setDialog] = useState<'save' | 'manage'>()
  const searches = data?.searches ?? []
  const mine = searches.filter((one) => one.mine)
  const shared = searches.filter((one) => !one.mine)
  const item = (one: SavedSearch) => (
    <Menu.Item key={one.id} onClick={() => onChange(filtersOf(one))}>
      {one.name}
      {!one.mine && <span className={styles.owner}>{shortPerson(one.owner)}</span>}
    </Menu.Item>
  )
  return (
    <>
      <Menu width={260} position="bottom-start">
        <Menu.Target>
          <Button variant="default" size="xs" leftSection={<IconBookmark size={14} />}>
            Saved
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          {isError && <Menu.Label>The saved searches could not be loaded.</Menu.Label>}
          {data && searches.length === 0 && <Menu.Label>Nothing is saved yet.</Menu.Label>}
          {mine.map(item)}
          {shared.length > 0 && <Menu.Label>Shared by others</Menu.Label>}
          {shared.map(item)}
          <Menu.Divider />
          <Menu.Item leftSection={<IconBookmarkPlus size={14} />} onClick={() => setDialog('save')}>
            Save this search
          </Menu.Item>
          {mine.length > 0 && (
            <Menu.Item onClick={() => setDialog('manage')}>Manage saved searches</Menu.Item>
          )}
        </Menu.Dropdown>
      </Menu>
      <SaveSearch
        opened={dialog === 'save'}
        filters={filters}
        mine={mine}
        onClose={() => setDialog(undefined)}
      />
      <ManageSearches opened={dialog === 'manage'} mine={mine} onClose={() => setDialog(undefined)} />
    </>
  )
}
