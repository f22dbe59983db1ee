import { Autocomplete, Button, Popover, Select, TextInput } from '@mantine/core'
import { useForm } from '@mantine/form'
import { useDisclosure } from '@mantine/hooks'
import { IconFilter } from '@tabler/icons-react'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import type { FacetCount } from '../../api/generated'
import { fromLocal, toLocal } from '../../elements/times'
import { usePeopleLike } from '../../session/people'
import { phaseWords } from './describe'
import { facetsQuery } from './events'
import styles from './FilterForm.module.css'
import { actions, effects, effectWords, type Filters, phases, presets, readFilters } from './filters'

const effectChoices = effects.map((effect) => ({ value: effect, label: effectWords[effect] }))

/** FilterForm sets any of the filters; chips beside it show what is set. */
export function FilterForm({
  filters,
  onChange,
}: {
  filters: Filters
  onChange: (filters: Filters) => void
}) {
  const [opened, { toggle, close }] = useDisclosure(false)
  return (
    <Popover
      opened={opened}
      onChange={(open) => !open && close()}
      position="bottom-start"
      width={400}
      shadow="md"
      trapFocus
    >
      <Popover.Target>
        <Button variant="default" size="xs" leftSection={<IconFilter size={14} />} onClick={toggle}>
          Filter
        </Button>
      </Popover.Target>
      <Popover.Dropdown aria-label="Filters">
        <Fields
          filters={filters}
          onApply={(next) => {
            close()
            onChange(next)
          }}
        />
      </Popover.Dropdown>
    </Popover>
  )
}

function Fields({ filters, onApply }: { filters: Filters; onApply: (filters: Filters) => void }) {
  const preset = presets[filters.since ?? ''] ? filters.since : ''
  const form = useForm({
    initialValues: {
      ...blank,
      ...filters,
      since: preset,
      from: preset ? '' : toLocal(filters.since),
      until: toLocal(filters.until),
    },
  })
  const people = usePeopleLike(form.values.person)
  const { data: facets } = useQuery({ ...facetsQuery(filters), placeholderData: keepPreviousData })
  const inside = { comboboxProps: { withinPortal: false }, size: 'xs' as const }
  // A Select has no choice when it is null; the form's blanks are texts.
  const choice = (key: 'effect' | 'action' | 'phase') => ({
    ...form.getInputProps(key),
    value: form.values[key] || null,
  })
  const persons = new Set([
    ...(facets?.person ?? []).map((one) => one.value),
    ...people.map((one) => one.email),
  ])
  const typed = (key: 'from' | 'until') => ({
    ...form.getInputProps(key),
    onChange: (event: React.ChangeEvent<HTMLInputElement>) =>
      form.setValues({ [key]: event.currentTarget.value, since: '' }),
  })
  return (
    <form
      className={styles.form}
      onSubmit={form.onSubmit(({ from, ...values }) =>
        onApply({
          ...readFilters({
            ...values,
            since: values.since || fromLocal(from),
            until: fromLocal(values.until),
          }),
          q: filters.q,
        }),
      )}
    >
      <Select label="Effect" clearable data={effectChoices} {...inside} {...choice('effect')} />
      <Select label="Action" clearable searchable data={[...actions]} {...inside} {...choice('action')} />
      <Autocomplete
        label="Person"
        data={[...persons]}
        limit={6}
        renderOption={counted(facets?.person)}
        {...inside}
        {...form.getInputProps('person')}
      />
      <Autocomplete
        label="Repository"
        data={valuesOf(facets?.repository)}
        limit={6}
        renderOption={counted(facets?.repository)}
        {...inside}
        {...form.getInputProps('repository')}
      />
      <Autocomplete
        label="Policy layer"
        data={valuesOf(facets?.layer)}
        limit={6}
        renderOption={counted(facets?.layer)}
        {...inside}
        {...form.getInputProps('layer')}
      />
      <TextInput label="Session" size="xs" {...form.getInputProps('session')} />
      <Select
        label="Kind"
        clearable
        data={phases.map((phase) => ({ value: phase, label: phaseWords[phase] }))}
        {...inside}
        {...choice('phase')}
      />
      <Autocomplete
        label="Type"
        data={valuesOf(facets?.type)}
        limit={6}
        renderOption={counted(facets?.type)}
        {...inside}
        {...form.getInputProps('type')}
      />
      <Select
        label="Since"
        clearable
        data={Object.entries(presets).map(([value, { label }]) => ({ value, label }))}
        {...inside}
        value={form.values.since || null}
        onChange={(since) => form.setValues(since ? { since, from: '', until: '' } : { since: '' })}
      />
      <span />
      <TextInput label="From" type="datetime-local" size="xs" {...typed('from')} />
      <TextInput label="Until" type="datetime-local" size="xs" {...typed('until')} />
      <div className={styles.buttons}>
        <Button size="xs" type="submit">
          Apply
        </Button>
      </div>
    </form>
  )
}

const valuesOf = (counts: FacetCount[] | undefined) => (counts ?? []).map((one) => one.value)

/** counted shows beside a choice how many of the newest events have it. */
function counted(counts: FacetCount[] | undefined) {
  return ({ option }: { option: { value: string } }) => {
    const count = counts?.find((one) => one.value === option.value)?.count
    return (
      <span className={styles.option}>
        <span>{option.value}</span>
        {count !== undefined && <span className={styles.count}>{count.toLocaleString('en')}</span>}
      </span>
    )
  }
}

const blank = {
  effect: '',
  action: '',
  person: '',
  repository: '',
  session: '',
  layer: '',
  phase: '',
  type: '',
}
