import { Autocomplete, Select, TagsInput, Textarea, TextInput } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { IconChevronDown, IconChevronRight } from '@tabler/icons-react'
import { usePeopleLike } from '../../../session/people'
import { type Field, fieldsOf, type Trial } from './fields'
import styles from './Try.module.css'

const choices = Object.entries(fieldsOf).map(([value, { label }]) => ({
  value,
  label: `${label} · ${value}`,
}))

export function TryForm({ trial, onChange }: { trial: Trial; onChange: (trial: Trial) => void }) {
  const people = usePeopleLike(trial.person)
  const [more, { toggle }] = useDisclosure(false)
  const known = people.find((person) => person.email === trial.person)
  const set = (change: Partial<Trial>) => onChange({ ...trial, ...change })

  return (
    <div className={styles.form}>
      <Select
        className={styles.wide}
        size="xs"
        label="Action"
        data={choices}
        value={trial.action}
        allowDeselect={false}
        onChange={(action) => action && set({ action })}
      />
      {fieldsOf[trial.action]?.fields.map((field) => (
        <Property
          key={field.key}
          field={field}
          value={trial.values[field.key] ?? ''}
          onChange={(value) => set({ values: { ...trial.values, [field.key]: value } })}
        />
      ))}
      <Autocomplete
        size="xs"
        label="Person"
        data={people.map((person) => person.email)}
        limit={6}
        value={trial.person}
        onChange={(person) => set({ person, groups: [] })}
      />
      <TextInput
        size="xs"
        label="Repository"
        placeholder="Unknown"
        value={trial.repository}
        onChange={(event) => set({ repository: event.currentTarget.value })}
      />
      {known ? (
        <div className={styles.known}>
          {known.name}: {known.groups.length > 0 ? `in ${known.groups.join(', ')}` : 'in no group'}
        </div>
      ) : (
        <TagsInput
          className={styles.wide}
          size="xs"
          label="Groups"
          placeholder={trial.groups.length > 0 ? '' : 'For someone whom the directory does not know'}
          value={trial.groups}
          onChange={(groups) => set({ groups })}
        />
      )}
      <button type="button" className={styles.more} aria-expanded={more} onClick={toggle}>
        {more ? <IconChevronDown size={14} aria-hidden /> : <IconChevronRight size={14} aria-hidden />}
        Directories
      </button>
      {more && (
        <>
          <Directory label="Working directory" value={trial.cwd} onChange={(cwd) => set({ cwd })} />
          <Directory label="Repository root" value={trial.root} onChange={(root) => set({ root })} />
          <Directory label="Home" value={trial.home} onChange={(home) => set({ home })} />
        </>
      )}
    </div>
  )
}

function Property({
  field,
  value,
  onChange,
}: {
  field: Field
  value: string
  onChange: (value: string) => void
}) {
  const shared = {
    size: 'xs',
    label: field.label,
    placeholder: field.placeholder,
    value,
    spellCheck: false,
  } as const
  return field.long ? (
    <Textarea
      className={`${styles.wide} ${styles.mono}`}
      autosize
      minRows={2}
      maxRows={8}
      {...shared}
      onChange={(event) => onChange(event.currentTarget.value)}
    />
  ) : (
    <TextInput
      className={`${styles.wide} ${styles.mono}`}
      {...shared}
      error={field.json && value.trim() !== '' && !isJSON(value) ? 'This is not JSON yet' : undefined}
      onChange={(event) => onChange(event.currentTarget.value)}
    />
  )
}

function Directory(props: { label: string; value: string; onChange: (value: string) => void }) {
  return (
    <TextInput
      className={styles.mono}
      size="xs"
      label={props.label}
      placeholder="Unknown"
      value={props.value}
      onChange={(event) => props.onChange(event.currentTarget.value)}
    />
  )
}

function isJSON(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}
