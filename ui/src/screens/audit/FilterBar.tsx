import { Button, Pill, TextInput } from '@mantine/core'
import { useDebouncedCallback } from '@mantine/hooks'
import { IconPlayerPause, IconPlayerPlay, IconSearch } from '@tabler/icons-react'
import { useEffect, useRef } from 'react'
import { filterKeys, filterNames, filterValue } from './describeSearch'
import { ExportMenu } from './ExportMenu'
import styles from './FilterBar.module.css'
import { FilterForm } from './FilterForm'
import type { Filters } from './filters'
import type { LiveState } from './live'
import { SavedSearches } from './SavedSearches'

interface Props {
  filters: Filters
  onChange: (filters: Filters) => void
  live: LiveState | 'paused'
  waiting: number
  onPause: ((on: boolean) => void) | undefined
}

export function FilterBar({ filters, onChange, live, waiting, onPause }: Props) {
  return (
    <div>
      <div className={styles.bar}>
        <Search filters={filters} onChange={onChange} />
        <FilterForm filters={filters} onChange={onChange} />
        <SavedSearches filters={filters} onChange={onChange} />
        <div className={styles.end}>
          <LiveMark live={live} />
          {onPause && (
            <Button
              variant="default"
              size="xs"
              leftSection={live === 'paused' ? <IconPlayerPlay size={14} /> : <IconPlayerPause size={14} />}
              onClick={() => onPause(live !== 'paused')}
            >
              {live === 'paused' ? `Resume${waiting ? ` (${waiting} new)` : ''}` : 'Pause'}
            </Button>
          )}
          <ExportMenu filters={filters} />
        </div>
      </div>
      <Chips filters={filters} onChange={onChange} />
    </div>
  )
}

function Search({ filters, onChange }: Pick<Props, 'filters' | 'onChange'>) {
  const input = useRef<HTMLInputElement>(null)
  const search = useDebouncedCallback((q: string) => onChange({ ...filters, q: q.trim() || undefined }), 250)
  // Someone who goes back, or removes the filter elsewhere, sees it here; someone who types isn't disturbed.
  useEffect(() => {
    if (input.current && document.activeElement !== input.current) input.current.value = filters.q ?? ''
  }, [filters.q])
  return (
    <TextInput
      ref={input}
      data-search
      size="xs"
      className={styles.search}
      aria-label="Search in commands, paths, reasons and people"
      placeholder="Search"
      defaultValue={filters.q}
      leftSection={<IconSearch size={14} />}
      rightSection={<kbd className={styles.key}>/</kbd>}
      onChange={(event) => search(event.currentTarget.value)}
      onKeyDown={(event) => event.key === 'Escape' && event.currentTarget.blur()}
    />
  )
}

function Chips({ filters, onChange }: Pick<Props, 'filters' | 'onChange'>) {
  const set = filterKeys.filter((key) => filters[key])
  if (set.length === 0) return null
  return (
    <div className={styles.chips}>
      {set.map((key) => (
        <Pill
          key={key}
          withRemoveButton
          onRemove={() => onChange({ ...filters, [key]: undefined })}
          removeButtonProps={{
            'aria-label': `Remove the filter ${filterNames[key]}`,
            'aria-hidden': false,
            tabIndex: 0,
          }}
        >
          <span className={styles.field}>{filterNames[key]}</span> {filterValue(filters, key)}
        </Pill>
      ))}
      <button type="button" className={styles.clear} onClick={() => onChange({ q: filters.q })}>
        Clear all
      </button>
    </div>
  )
}

const words: Record<LiveState | 'paused', string> = {
  off: 'Not live',
  connecting: 'Connecting',
  live: 'Live',
  lost: 'Reconnecting',
  paused: 'Paused',
}

function LiveMark({ live }: { live: LiveState | 'paused' }) {
  return (
    <span className={styles.live} data-live={live} role="status">
      {words[live]}
    </span>
  )
}
