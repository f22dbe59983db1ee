import { Checkbox, Fieldset, Select, TextInput } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { More } from '../../elements/More'
import { facetsQuery } from '../audit/events'
import { FilterFields } from '../audit/FilterFields'
import type { Draft } from './draft'
import { Fields } from './Fields'
import { common, kinds } from './kinds'
import styles from './Sinks.module.css'

interface Props {
  draft: Draft
  error: { field: string; message: string } | undefined
  onChange: (draft: Draft) => void
  editing?: boolean // a sink that is there: where it started is past
}

const mappings = [
  { value: 'native', label: 'Native: the ledger’s own JSON' },
  { value: 'ocsf', label: 'OCSF: Open Cybersecurity Schema Framework' },
  { value: 'ecs', label: 'ECS: Elastic Common Schema' },
]

/** Settings is a sink's form: its name, what its kind asks, what to send, and what few need to change. */
export function Settings({ draft, error, onChange, editing = false }: Props) {
  const set = (change: Partial<Draft>) => onChange({ ...draft, ...change })
  const fields = { draft, error, onChange }
  return (
    <>
      <TextInput
        label="Name"
        placeholder="SIEM"
        data-autofocus
        value={draft.name}
        error={error?.field === 'name' ? error.message : undefined}
        onChange={(event) => set({ name: event.currentTarget.value })}
      />
      <Fields fields={kinds[draft.kind].fields.filter((field) => !field.advanced)} {...fields} />
      <Fieldset className={styles.what} legend="What to send">
        <div className={styles.form}>
          <Select
            label="Shape"
            data={mappings}
            value={draft.mapping}
            allowDeselect={false}
            onChange={(value) => set({ mapping: (value ?? 'native') as Draft['mapping'] })}
          />
          <Filter draft={draft} onChange={onChange} />
          {!editing && (
            <Checkbox
              size="xs"
              label="Start with the ledger's first event"
              description="Otherwise with the next one"
              checked={draft.beginning}
              onChange={(event) => set({ beginning: event.currentTarget.checked })}
            />
          )}
        </div>
      </Fieldset>
      <Advanced {...fields} />
    </>
  )
}

/** Filter is what of the ledger is sent, in the words of the audit search. */
function Filter({ draft, onChange }: Pick<Props, 'draft' | 'onChange'>) {
  const { data: facets } = useQuery(facetsQuery({}))
  const set = (change: Partial<Draft['filter']>) =>
    onChange({ ...draft, filter: { ...draft.filter, ...change } })
  return (
    <>
      <p className={styles.hint}>Only what fits all of these; whatever is empty fits everything.</p>
      <div className={styles.half}>
        <FilterFields values={draft.filter} onChange={set} facets={facets} />
      </div>
      <TextInput
        label="Text"
        description="Words that must all be there, as in the audit search"
        value={draft.filter.q}
        onChange={(event) => set({ q: event.currentTarget.value })}
      />
    </>
  )
}

function Advanced(props: Omit<Props, 'editing'>) {
  const { fields, zips } = kinds[props.draft.kind]
  const own = fields.filter((field) => field.advanced)
  const tls = props.draft.kind === 'file' ? [] : [common.ca, common.certificate, common.key]
  const { items, bytes, age, alarm, quotaEvents, quotaBytes } = common
  const open = [...own, ...tls].some((field) => field.name === props.error?.field)
  return (
    <More label="advanced settings" open={open}>
      {own.length > 0 && (
        <div className={styles.half}>
          <Fields fields={own} {...props} />
        </div>
      )}
      <div className={styles.half}>
        <Fields fields={[items, bytes, age, alarm, quotaEvents, quotaBytes]} {...props} />
      </div>
      {zips && <Fields fields={[common.gzip]} {...props} />}
      <Fields fields={tls} {...props} />
    </More>
  )
}
