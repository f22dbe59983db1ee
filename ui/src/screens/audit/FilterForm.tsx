import { Autocomplete, Button, Popover, Select, TextInput } from '@mantine/core'
import { useForm } from '@mantine/form'
import { useDisclosure } from '@mantine/hooks'
import { IconFilter } from '@tabler/icons-react'
import { usePeopleLike } from '../../session/people'
import { phaseWords } from './describe'
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
      width={340}
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
  const form = useForm({ initialValues: { ...blank, ...filters } })
  const people = usePeopleLike(form.values.person)
  const inside = { comboboxProps: { withinPortal: false }, size: 'xs' as const }
  // A Select has no choice when it is null; the form's blanks are texts.
  const choice = (key: 'effect' | 'action' | 'phase' | 'since') => ({
    ...form.getInputProps(key),
    value: form.values[key] || null,
  })
  return (
    <form
      className={styles.form}
      onSubmit={form.onSubmit((values) =>
        onApply({ ...readFilters({ ...values }), q: filters.q, until: filters.until }),
      )}
    >
      <Select label="Effect" clearable data={effectChoices} {...inside} {...choice('effect')} />
      <Select label="Action" clearable searchable data={[...actions]} {...inside} {...choice('action')} />
      <Autocomplete
        label="Person"
        data={people.map((person) => person.email)}
        limit={6}
        {...inside}
        {...form.getInputProps('person')}
      />
      <TextInput label="Repository" size="xs" {...form.getInputProps('repository')} />
      <TextInput label="Session" size="xs" {...form.getInputProps('session')} />
      <TextInput label="Policy layer" size="xs" {...form.getInputProps('layer')} />
      <Select
        label="Kind"
        clearable
        data={phases.map((phase) => ({ value: phase, label: phaseWords[phase] }))}
        {...inside}
        {...choice('phase')}
      />
      <Select
        label="Since"
        clearable
        data={Object.entries(presets).map(([value, { label }]) => ({ value, label }))}
        {...inside}
        {...choice('since')}
      />
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
  since: '',
  type: '',
}
