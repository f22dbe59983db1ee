import { Button, TagsInput, TextInput } from '@mantine/core'
import { useMutation, useQuery } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { call } from '../../api/client'
import { type PersonDetail, previewPerson } from '../../api/generated'
import { Note } from '../../elements/States'
import { Panel } from '../../layout/Page'
import { groupsQuery } from '../groups/queries'
import { RightsOf, RolesOf } from './Mays'
import styles from './People.module.css'

/** Preview shows what somebody would get in other groups, before anybody changes them at the identity provider. */
export function Preview({ person }: { person?: PersonDetail }) {
  const known = useQuery(groupsQuery)
  const [groups, setGroups] = useState(
    person?.groups.filter((one) => one.from.some((from) => from.kind !== 'direct')).map((one) => one.name) ??
      [],
  )
  const [repository, setRepository] = useState('')
  const preview = useMutation({
    mutationFn: (repository: string) =>
      call(previewPerson({ body: { person: person?.id, groups, repository: repository || undefined } })),
  })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    preview.mutate(repository.trim())
  }
  return (
    <Panel title={person ? `What ${person.name} would get` : 'What a person would get'}>
      <form className={styles.form} onSubmit={submit}>
        <TagsInput
          label="Groups"
          description={
            person
              ? 'As an identity provider would send them; groups and roles given by hand are added.'
              : 'As an identity provider would send them.'
          }
          data={known.data?.groups.map((group) => group.name) ?? []}
          limit={8}
          maxTags={500}
          value={groups}
          onChange={setGroups}
          placeholder={groups.length === 0 ? 'No group' : undefined}
        />
        <div className={styles.half}>
          <TextInput
            label="In the repository"
            placeholder="Any"
            value={repository}
            maxLength={300}
            onChange={(event) => setRepository(event.currentTarget.value)}
          />
        </div>
        <Note error={preview.error} />
        <div>
          <Button type="submit" variant="default" loading={preview.isPending}>
            Show
          </Button>
        </div>
      </form>
      {preview.data && (
        <div className={styles.result} role="status" aria-label="Preview">
          <div className={styles.columns}>
            <RightsOf
              rights={preview.data.rights}
              version={preview.data.policy_version}
              repository={preview.variables}
            />
            <RolesOf roles={preview.data.roles} />
          </div>
        </div>
      )}
    </Panel>
  )
}
