import { Button, TagsInput, TextInput } from '@mantine/core'
import { useForm } from '@mantine/form'
import type { UseMutationResult } from '@tanstack/react-query'
import { useEffect } from 'react'
import type { ConnectionKind } from '../../api/generated'
import { Refusal } from '../../api/problem'
import { Note } from '../../elements/States'
import people from '../people/People.module.css'
import { AccountFields } from './AccountFields'
import type { Hints } from './fields'
import { OIDCFields } from './OIDCFields'
import { SAMLFields } from './SAMLFields'
import { atGoogle, claimsOf, errorsOf, slugOf, type Values } from './values'
import { WorkloadFields } from './WorkloadFields'

/** ConnectionForm is a connection's settings. What the server finds wrong shows at the field that it is about. */
export function ConnectionForm({
  kind,
  initial,
  hints = {},
  isNew = false,
  secretSet = false,
  onID,
  change,
  action,
}: {
  kind: ConnectionKind
  initial: Values
  hints?: Hints
  isNew?: boolean
  secretSet?: boolean
  onID?: (id: string) => void
  change: UseMutationResult<unknown, Error, Values>
  action: string
}) {
  const form = useForm<Values>({
    initialValues: initial,
    validate: {
      name: (value) => (value.trim() ? null : 'Name it as people know it'),
      id: (value) =>
        /^[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?$/.test(value.trim())
          ? null
          : 'Use 1 to 40 lower-case letters, digits and hyphens',
      hd: (value, values) =>
        kind !== 'oidc' || !atGoogle(values) || value.trim() || claimsOf(values.auth_params).hd
          ? null
          : 'Write the domain, such as acme.com',
    },
  })
  const { setErrors } = form
  const refused = change.error instanceof Refusal ? errorsOf(change.error.fields) : undefined
  // biome-ignore lint/correctness/useExhaustiveDependencies: the form's functions change with every key stroke, the refusal does not
  useEffect(() => {
    if (refused) setErrors(refused.fields)
  }, [change.error])
  const placed = refused && refused.rest.length === 0 && Object.keys(refused.fields).length > 0
  const rename = (name: string) => {
    form.setFieldValue('name', name)
    if (!isNew || form.isTouched('id')) return
    form.setFieldValue('id', slugOf(name))
    onID?.(slugOf(name))
  }

  return (
    <form className={people.form} onSubmit={form.onSubmit((values) => change.mutate(values))} noValidate>
      <div className={people.half}>
        <TextInput
          label="Name"
          description="The sign-in page says “Continue with …”."
          withAsterisk
          {...form.getInputProps('name')}
          onChange={(event) => rename(event.currentTarget.value)}
        />
        {isNew && (
          <TextInput
            label="Id"
            description="Stands in the addresses above, and can’t be changed."
            withAsterisk
            {...form.getInputProps('id')}
            onChange={(event) => {
              form.setFieldValue('id', event.currentTarget.value)
              form.setTouched((touched) => ({ ...touched, id: true }))
              onID?.(event.currentTarget.value.trim())
            }}
          />
        )}
      </div>
      {kind === 'oidc' && <OIDCFields form={form} hints={hints} secretSet={secretSet} />}
      {kind === 'saml' && <SAMLFields form={form} hints={hints} />}
      {kind === 'workload' && <WorkloadFields form={form} hints={hints} />}
      {kind !== 'workload' && (
        <TagsInput
          label="E-mail domains"
          description="Domains that your organisation owns. An address in one of them counts as proven when this connection sends it, and people are led here by it."
          placeholder={form.values.domains.length === 0 ? 'acme.com' : undefined}
          splitChars={[',', ' ']}
          {...form.getInputProps('domains')}
        />
      )}
      {kind !== 'workload' && <AccountFields form={form} hints={hints} />}
      {!placed && <Note error={change.error} />}
      {placed && <Note error={new Error('Some settings need another look: the fields say what is wrong.')} />}
      <div>
        <Button type="submit" loading={change.isPending}>
          {action}
        </Button>
      </div>
    </form>
  )
}
