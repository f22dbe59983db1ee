import { Button, Pill, TextInput } from '@mantine/core'
import { useDebouncedCallback } from '@mantine/hooks'
import { IconDownload, IconPlayerPause, IconPlayerPlay, IconSearch } from '@tabler/icons-react'
import { useEffect, useRef } from 'react'
import { fullTime } from '../../elements/times'
import { phaseWords } from './describe'
import styles from './FilterBar.module.css'
import { FilterForm } from './FilterForm'
import { effectWords, type Filters, presets, queryOf } from './filters'
import type { LiveState } from './live'

interface Props {
  filters: Filters
  onChange: (filters: Filters) => void
  live: LiveState | 'paused'
  waiting: number
  onPause: ((on: boolean) => void) | undefined
}

export const names: Record<Exclude<keyof Filters, 'q'>, string> = {
  effect: 'Effect',
  action: 'Action',
  person: 'Person',
  repository: 'Repository',
  session: 'Session',
  layer: 'Layer',
  phase: 'Kind',
  type: 'Type',
  since: 'Since',
  until: 'Until',
}

export function FilterBar({ filters, onChange, live, waiting, onPause }: Props) {
  return (
    <div>
      <div className={styles.bar}>
        <Search filters={filters} onChange={onChange} />
        <FilterForm filters={filters} onChange={onChange} />
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
          <Button
            component="a"
            href={exportAddress(filters)}
            download="ambit-audit.jsonl"
            variant="default"
            size="xs"
            leftSection={<IconDownload size={14} />}
            className={styles.export}
          >
            Export
          </Button>
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
  const set = (Object.keys(names) as (keyof typeof names)[]).filter((key) => filters[key])
  if (set.length === 0) return null
  const shown = (key: keyof typeof names) => {
    const value = filters[key] ?? ''
    if (filters.effect && key === 'effect') return effectWords[filters.effect]
    if (filters.phase && key === 'phase') return phaseWords[filters.phase]
    if (key === 'since' && presets[value]) return presets[value].label
    if (key === 'since' || key === 'until') return fullTime(value)
    return value
  }
  return (
    <div className={styles.chips}>
      {set.map((key) => (
        <Pill
          key={key}
          withRemoveButton
          onRemove={() => onChange({ ...filters, [key]: undefined })}
          removeButtonProps={{
            'aria-label': `Remove the filter ${names[key]}`,
            'aria-hidden': false,
            tabIndex: 0,
          }}
        >
          <span className={styles.field}>{names[key]}</span> {shown(key)}
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

function exportAddress(filters: Filters): string {
  return `/api/v1/audit/export?${new URLSearchParams(queryOf(filters) as Record<string, string>)}`
}
