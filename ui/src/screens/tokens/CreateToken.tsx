import { Autocomplete, Button, Checkbox, Modal, Select, TextInput } from '@mantine/core'
import { useForm } from '@mantine/form'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { call } from '../../api/client'
import { createToken, type Scope } from '../../api/generated'
import { CodeBlock } from '../../elements/CodeBlock'
import { Note } from '../../elements/States'
import { usePeopleLike } from '../../session/people'
import { scopes, tokensQuery } from './queries'
import styles from './Tokens.module.css'

const expiries = [
  { value: '30', label: 'In 30 days' },
  { value: '90', label: 'In 90 days' },
  { value: '365', label: 'In a year' },
  { value: '', label: 'Never' },
]

export function CreateToken({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      title="Create token"
      size={460}
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      {opened && <Form onClose={onClose} />}
    </Modal>
  )
}

interface Values {
  name: string
  person: string
  scopes: Scope[]
  days: string
}

function Form({ onClose }: { onClose: () => void }) {
  const queries = useQueryClient()
  const form = useForm<Values>({
    initialValues: { name: '', person: '', scopes: ['decide'], days: '90' },
    validate: {
      name: (value) => (value.trim() ? null : 'Give it a name that says what uses it'),
      scopes: (value) => (value.length > 0 ? null : 'Choose at least one scope'),
    },
  })
  const people = usePeopleLike(form.values.person)
  const create = useMutation({
    mutationFn: (values: Values) =>
      call(
        createToken({
          body: {
            name: values.name.trim(),
            scopes: values.scopes,
            person: values.person.trim() || undefined,
            expires_at: values.days
              ? new Date(Date.now() + Number(values.days) * 86_400_000).toISOString()
              : undefined,
          },
        }),
      ),
    onSuccess: () => queries.invalidateQueries(tokensQuery),
  })

  if (create.data) {
    return (
      <div className={styles.form}>
        <div>Copy the token now. It is shown only this once; Ambit keeps its hash.</div>
        <CodeBlock text={create.data.secret} what="the token" />
        <div className={styles.buttons}>
          <Button onClick={onClose}>Done</Button>
        </div>
      </div>
    )
  }
  return (
    <form className={styles.form} onSubmit={form.onSubmit((values) => create.mutate(values))} noValidate>
      <TextInput label="Name" placeholder="CI of payments" data-autofocus {...form.getInputProps('name')} />
      <Autocomplete
        label="Stands for"
        description="An e-mail address. Agents need it: their actions are judged as this person's."
        placeholder="Nobody"
        data={people.map((person) => person.email)}
        limit={6}
        {...form.getInputProps('person')}
      />
      <Checkbox.Group label="Scopes" {...form.getInputProps('scopes')}>
        <div className={styles.choices}>
          {scopes.map(({ value, label, description }) => (
            <Checkbox key={value} size="xs" value={value} label={label} description={description} />
          ))}
        </div>
      </Checkbox.Group>
      <Select label="Expires" data={expiries} allowDeselect={false} {...form.getInputProps('days')} />
      <Note error={create.error} />
      <div className={styles.buttons}>
        <Button variant="default" onClick={onClose}>
          Cancel
        </Button>
        <Button type="submit" loading={create.isPending}>
          Create
        </Button>
      </div>
    </form>
  )
}
