import { Checkbox, Fieldset, Select, Textarea, TextInput } from '@mantine/core'
import type { Draft } from './draft'
import { Fields } from './Fields'
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

const effects = [
  { value: '', label: 'Any' },
  { value: 'allow', label: 'Allowed' },
  { value: 'deny', label: 'Refused' },
  { value: 'hold', label: 'Held' },
]

const phases = [
  { value: '', label: 'Any' },
  { value: 'decision', label: 'Decisions' },
  { value: 'result', label: 'Results' },
  { value: 'lifecycle', label: 'Lifecycle' },
  { value: 'admin', label: 'Administration' },
  { value: 'approval', label: 'Approvals' },
  { value: 'integrity', label: 'Alarms' },
]

/** Settings is a sink's form: its name, what its kind asks, and what to send. */
export function Settings({ draft, error, onChange, editing = false }: Props) {
  const set = (change: Partial<Draft>) => onChange({ ...draft, ...change })
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
      <Fields draft={draft} error={error} onChange={onChange} />
      {draft.kind !== 'file' && (
        <Textarea
          label="Certificate authority"
          description="PEM, where the receiver's certificate isn't from a public one"
          autosize
          minRows={1}
          maxRows={6}
          value={draft.ca}
          onChange={(event) => set({ ca: event.currentTarget.value })}
        />
      )}
      <Fieldset legend="What to send">
        <div className={styles.form}>
          <Select
            label="Shape"
            data={mappings}
            value={draft.mapping}
            allowDeselect={false}
            onChange={(value) => set({ mapping: (value ?? 'native') as Draft['mapping'] })}
          />
          <Select
            label="Events"
            data={phases}
            value={draft.phase}
            allowDeselect={false}
            onChange={(value) => set({ phase: value ?? '' })}
          />
          <Select
            label="Effect"
            data={effects}
            value={draft.effect}
            allowDeselect={false}
            onChange={(value) => set({ effect: value ?? '' })}
          />
          <TextInput
            label="Person"
            placeholder="Everybody"
            value={draft.person}
            onChange={(event) => set({ person: event.currentTarget.value })}
          />
          <TextInput
            label="Repository"
            placeholder="Every repository"
            value={draft.repository}
            onChange={(event) => set({ repository: event.currentTarget.value })}
          />
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
    </>
  )
}
