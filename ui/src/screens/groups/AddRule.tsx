import { Autocomplete, Button, Group, Modal, Select, TagsInput } from '@mantine/core'
import { useForm } from '@mantine/form'
import { useQuery } from '@tanstack/react-query'
import { call } from '../../api/client'
import { addRoleRule, type Role } from '../../api/generated'
import { Note } from '../../elements/States'
import { hasRole, roleNames } from '../../session/roles'
import { useSession } from '../../session/session'
import styles from '../people/People.module.css'
import { useChange } from '../people/queries'
import { groupsQuery } from './queries'

export function AddRule({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      title="Add role rule"
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      {opened && <Form onClose={onClose} />}
    </Modal>
  )
}

interface Values {
  group: string
  role: Role
  repositories: string[]
}

// Nobody hands out one of these without having it, and the owner's role comes from no group.
const guarded: Role[] = ['identity_admin', 'security_admin', 'platform_admin']
const given: Role[] = ['reviewer', 'auditor', 'engineering_manager', ...guarded]

function Form({ onClose }: { onClose: () => void }) {
  const { data: session } = useSession()
  const groups = useQuery(groupsQuery)
  const form = useForm<Values>({
    initialValues: { group: '', role: 'reviewer', repositories: [] },
    validate: {
      group: (value) => (value.trim() ? null : 'Name a group'),
      repositories: (value, { role }) =>
        role === 'engineering_manager' && value.length === 0
          ? 'Name the repositories that they manage'
          : null,
    },
  })
  const add = useChange(
    ({ group, role, repositories }: Values) =>
      call(
        addRoleRule({
          body: {
            group: group.trim(),
            role,
            repositories: role === 'engineering_manager' ? repositories : undefined,
          },
        }),
      ),
    onClose,
  )
  const roles = given.filter((role) => !guarded.includes(role) || hasRole(session?.user, role))
  return (
    <form className={styles.form} onSubmit={form.onSubmit((values) => add.mutate(values))} noValidate>
      <Autocomplete
        label="Members of"
        description="The group’s name exactly as the identity provider sends it."
        data={groups.data?.groups.map((group) => group.name) ?? []}
        limit={8}
        data-autofocus
        {...form.getInputProps('group')}
      />
      <Select
        label="Get the role"
        data={roles.map((role) => ({ value: role, label: roleNames[role] }))}
        allowDeselect={false}
        {...form.getInputProps('role')}
      />
      {form.values.role === 'engineering_manager' && (
        <TagsInput
          label="For the repositories"
          description="Such as github.com/acme/payments*"
          {...form.getInputProps('repositories')}
        />
      )}
      <Note error={add.error} />
      <Group justify="flex-end">
        <Button variant="default" onClick={onClose}>
          Cancel
        </Button>
        <Button type="submit" loading={add.isPending}>
          Add rule
        </Button>
      </Group>
    </form>
  )
}
