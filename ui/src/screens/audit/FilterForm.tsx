import { Button, Popover, Select, TextInput } from '@mantine/core'
import { useForm } from '@mantine/form'
import { useDisclosure } from '@mantine/hooks'
import { IconFilter } from '@tabler/icons-react'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { fromLocal, toLocal } from '../../elements/times'
import { facetsQuery } from './events'
import { FilterFields } from './FilterFields'
import styles from './FilterForm.module.css'
import { type Filters, presets, readFilters } from './filters'

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
      width="min(400px, calc(100vw - 16px))"
      shadow="md"
      trapFocus
    >
      <Popover.Target>
        <Button variant="default" size="xs" leftSection={<IconFilter size={14} />} onClick={toggle}>
          Filter
        </Button>
      </Popover.Target>
      <Popover.Dropdown>
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
  const { data: facets } = useQuery({ ...facetsQuery(filters), placeholderData: keepPreviousData })
  const inside = { comboboxProps: { withinPortal: false }, size: 'xs' as const }
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
      <FilterFields values={form.values} onChange={form.setValues} facets={facets} size="xs" />
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
