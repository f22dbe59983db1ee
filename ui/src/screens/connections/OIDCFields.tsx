import {
  Checkbox,
  MultiSelect,
  NumberInput,
  PasswordInput,
  Select,
  TagsInput,
  Textarea,
  TextInput,
} from '@mantine/core'
import { More } from '../../elements/More'
import people from '../people/People.module.css'
import type { Form, Hints } from './fields'
import { atGoogle } from './values'

const rare = ['client_auth', 'scopes', 'subject_claim', 'email_claim', 'name_claim', 'userinfo'] as const
const advanced = ['auth_params', 'audience', 'exchange_audiences', 'algorithms', 'clock_skew'] as const

const algorithms = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA']

export function OIDCFields({ form, hints, secretSet }: { form: Form; hints: Hints; secretSet: boolean }) {
  const field = (name: keyof Hints & string, description?: string) => ({
    description: hints[name] ?? description,
    ...form.getInputProps(name),
  })
  return (
    <>
      <TextInput label="Issuer" withAsterisk {...field('issuer')} />
      {atGoogle(form.values) && (
        <TextInput
          label="Your Google Workspace domain"
          withAsterisk
          placeholder="acme.com"
          {...field(
            'hd',
            'Only accounts of this domain come in. Without it any Google account could, where the consent screen is External.',
          )}
        />
      )}
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
      <More label="advanced settings" open={advanced.some((name) => form.errors[name])}>
        <Textarea
          label="Parameters of the sign-in request"
          autosize
          minRows={2}
          spellCheck={false}
          {...field(
            'auth_params',
            'One for each line, such as max_age: 3600 or prompt: login. With max_age, whoever signed in at the provider longer ago, in seconds, signs in there again.',
          )}
        />
        <div className={people.half}>
          <TextInput
            label="Audience"
            placeholder="The client ID"
            {...field('audience', 'What the ID token’s aud must hold.')}
          />
          <TagsInput
            label="Audiences to exchange"
            splitChars={[',', ' ']}
            {...field('exchange_audiences', 'Client IDs of your own command lines.')}
          />
          <MultiSelect
            label="Signatures that count"
            data={algorithms}
            placeholder={form.values.algorithms.length === 0 ? 'What the provider announces' : undefined}
            {...field('algorithms', 'Only to allow fewer than the provider announces.')}
          />
          <NumberInput
            label="Tolerated clock difference"
            placeholder="60"
            suffix=" s"
            min={1}
            max={300}
            allowDecimal={false}
            {...field('clock_skew', 'In seconds. Set clocks by NTP rather than raise it.')}
          />
        </div>
      </More>
    </>
  )
}
