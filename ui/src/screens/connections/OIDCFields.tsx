import { Checkbox, PasswordInput, Select, TagsInput, TextInput } from '@mantine/core'
import people from '../people/People.module.css'
import type { Form, Hints } from './fields'
import { More } from './More'

const rare = ['client_auth', 'scopes', 'subject_claim', 'email_claim', 'name_claim', 'userinfo'] as const

export function OIDCFields({ form, hints, secretSet }: { form: Form; hints: Hints; secretSet: boolean }) {
  const field = (name: keyof Hints & string, description?: string) => ({
    description: hints[name] ?? description,
    ...form.getInputProps(name),
  })
  return (
    <>
      <TextInput label="Issuer" withAsterisk {...field('issuer')} />
      <div className={people.half}>
        <TextInput label="Client ID" withAsterisk autoComplete="off" {...field('client_id')} />
        <PasswordInput
          label="Client secret"
          autoComplete="off"
          withAsterisk={!secretSet}
          placeholder={secretSet ? 'Unchanged' : undefined}
          {...field('client_secret')}
        />
      </div>
      <div className={people.half}>
        <TextInput label="Groups claim" placeholder="groups" {...field('groups_claim')} />
        <Checkbox
          label="Offline access"
          description="Ask the provider again whenever an agent renews its credential."
          {...form.getInputProps('offline_access', { type: 'checkbox' })}
        />
      </div>
      <More label="further settings" open={rare.some((name) => form.errors[name])}>
        <div className={people.half}>
          <TextInput
            label="Subject claim"
            placeholder="sub"
            {...field('subject_claim', 'By what the provider knows a person for good.')}
          />
          <TextInput label="E-mail claim" placeholder="email" {...field('email_claim')} />
          <TextInput label="Name claim" placeholder="name" {...field('name_claim')} />
          <TagsInput
            label="Scopes"
            placeholder="openid profile email"
            splitChars={[',', ' ']}
            {...field('scopes')}
          />
          <Select
            label="How the client authenticates"
            data={[
              { value: '', label: 'client_secret_basic' },
              { value: 'client_secret_post', label: 'client_secret_post' },
              { value: 'none', label: 'Not at all (public client)' },
            ]}
            allowDeselect={false}
            {...field('client_auth')}
          />
          <Select
            label="Userinfo endpoint"
            data={[
              { value: '', label: 'When something is missing' },
              { value: 'always', label: 'Always' },
              { value: 'never', label: 'Never' },
            ]}
            allowDeselect={false}
            {...field('userinfo')}
          />
        </div>
        <Checkbox
          label="A bare text is one group"
          description="For providers that send a list with one entry as a text."
          {...form.getInputProps('groups_string', { type: 'checkbox' })}
        />
      </More>
    </>
  )
}
