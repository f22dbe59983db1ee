import { Autocomplete, Select, TextInput } from '@mantine/core'
import type { FacetCount, Facets } from '../../api/generated'
import { usePeopleLike } from '../../session/people'
import { phaseWords } from './describe'
import styles from './FilterForm.module.css'
import { actions, effects, effectWords, phases } from './filters'

/** FilterValues are what a search and a sink filter by; an empty text filters nothing. */
export interface FilterValues {
  effect: string
  action: string
  person: string
  repository: string
  session: string
  layer: string
  phase: string
  type: string
}

interface Props {
  values: FilterValues
  onChange: (change: Partial<FilterValues>) => void
  facets: Facets | undefined // what to offer
  size?: 'xs'
}

const effectChoices = effects.map((effect) => ({ value: effect, label: effectWords[effect] }))
const phaseChoices = phases.map((phase) => ({ value: phase, label: phaseWords[phase] }))

/** FilterFields are the inputs of a filter but for its text and times. */
export function FilterFields({ values, onChange, facets, size }: Props) {
  const people = usePeopleLike(values.person)
  const persons = new Set([...valuesOf(facets?.person), ...people.map((one) => one.email)])
  // Choices open inside the form: a popover would take a click elsewhere for its end, a dialog keeps its reader inside.
  const inside = { comboboxProps: { withinPortal: false }, size }
  // A Select has no choice when it is null; a filter's blanks are texts.
  const choice = (key: 'effect' | 'action' | 'phase') => ({
    clearable: true,
    value: values[key] || null,
    onChange: (value: string | null) => onChange({ [key]: value ?? '' }),
    ...inside,
  })
  const typed = (key: 'person' | 'repository' | 'layer' | 'type', offers: Iterable<string>) => ({
    data: [...offers],
    limit: 6,
    renderOption: counted(facets?.[key]),
    value: values[key],
    onChange: (value: string) => onChange({ [key]: value }),
    ...inside,
  })
  return (
    <>
      <Select label="Effect" data={effectChoices} {...choice('effect')} />
      <Select
        label="Action"
        searchable
        data={[...new Set([...actions, values.action])].filter(Boolean)}
        {...choice('action')}
      />
      <Autocomplete label="Person" {...typed('person', persons)} />
      <Autocomplete label="Repository" {...typed('repository', valuesOf(facets?.repository))} />
      <Autocomplete label="Policy layer" {...typed('layer', valuesOf(facets?.layer))} />
      <TextInput
        label="Session"
        size={size}
        value={values.session}
        onChange={(event) => onChange({ session: event.currentTarget.value })}
      />
      <Select label="Kind" data={phaseChoices} {...choice('phase')} />
      <Autocomplete label="Type" {...typed('type', valuesOf(facets?.type))} />
    </>
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
