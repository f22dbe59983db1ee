import { Checkbox, Select, TagsInput } from '@mantine/core'
import people from '../people/People.module.css'
import type { Form, Hints } from './fields'

/** AccountFields say how accounts become people: where their groups come from, and who may come at all. */
export function AccountFields({ form, hints }: { form: Form; hints: Hints }) {
  return (
    <>
      <div className={people.half}>
        <Select
          label="Groups come from"
          data={[
            { value: 'claims', label: 'Each sign-in' },
            { value: 'scim', label: 'SCIM only' },
            { value: 'none', label: 'Nowhere: there are none' },
          ]}
          allowDeselect={false}
          description="A sign-in that doesn’t bring the groups it should is refused."
          {...form.getInputProps('groups_from')}
        />
        <TagsInput
          label="Everybody is also in"
          description={hints.fixed_groups ?? 'Groups that everybody who signs in here gets.'}
          {...form.getInputProps('fixed_groups')}
        />
      </div>
      <TagsInput
        label="Groups that this connection may assert"
        description="Names, with an asterisk for any text, such as eng-*. Empty: all. Others that a sign-in brings don’t count, so that one provider can’t make somebody a member of another’s groups."
        {...form.getInputProps('accepted_groups')}
      />
      <Checkbox
        label="Only people whom SCIM provisioned may sign in"
        {...form.getInputProps('provisioned_only', { type: 'checkbox' })}
      />
    </>
  )
}
