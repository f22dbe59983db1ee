import { Autocomplete, Button, TextInput } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { call } from '../../api/client'
import { purgePrompts } from '../../api/generated'
import { Confirm } from '../../elements/Confirm'
import { fromLocal } from '../../elements/times'
import { Panel } from '../../layout/Page'
import { usePeopleLike } from '../../session/people'
import styles from './Retention.module.css'

/** Purge deletes the prompts of one person or one repository from the vault. */
export function Purge() {
  const [person, setPerson] = useState('')
  const [repository, setRepository] = useState('')
  const [before, setBefore] = useState('')
  const [sure, setSure] = useState(false)
  const people = usePeopleLike(person)
  const purge = useMutation({
    mutationFn: () =>
      call(
        purgePrompts({
          body: {
            person: person.trim() || undefined,
            repository: repository.trim() || undefined,
            before: fromLocal(before),
          },
        }),
      ),
    onSuccess: () => setSure(false),
  })
  const whose = [person.trim(), repository.trim() && `in ${repository.trim()}`].filter(Boolean).join(' ')
  return (
    <Panel title="Purge prompts">
      <form
        className={styles.form}
        onSubmit={(event) => {
          event.preventDefault()
          if (whose !== '') setSure(true)
        }}
      >
        <p className={styles.words}>
          Deletes prompt texts at once, and the salt of their digests with them. The events that name them
          stay, and the ledger still verifies. What a legal hold covers stays.
        </p>
        <div className={styles.triple}>
          <Autocomplete
            label="Person"
            data={people.map((one) => one.email)}
            limit={6}
            value={person}
            onChange={setPerson}
          />
          <TextInput
            label="Repository"
            value={repository}
            onChange={(event) => setRepository(event.currentTarget.value)}
          />
          <TextInput
            label="Given before"
            type="datetime-local"
            value={before}
            onChange={(event) => setBefore(event.currentTarget.value)}
          />
        </div>
        <div className={styles.line}>
          <Button type="submit" size="xs" color="red.9" disabled={whose === ''}>
            Purge
          </Button>
          <span role="status" className="muted">
            {purge.data &&
              `${purge.data.purged.toLocaleString('en')} purged${purge.data.held > 0 ? `, ${purge.data.held.toLocaleString('en')} kept by legal holds` : ''}.`}
          </span>
        </div>
      </form>
      <Confirm
        opened={sure}
        onClose={() => setSure(false)}
        title="Purge these prompts?"
        action="Purge"
        danger
        pending={purge.isPending}
        error={purge.error}
        onConfirm={() => purge.mutate()}
      >
        The texts of {whose} can’t be brought back. The purge is on record.
      </Confirm>
    </Panel>
  )
}
