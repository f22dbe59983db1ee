import { Button, Checkbox, FileButton, NumberInput, Textarea, TextInput } from '@mantine/core'
import { useState } from 'react'
import { More } from '../../elements/More'
import people from '../people/People.module.css'
import type { Form, Hints } from './fields'

const maxMetadata = 900_000 // the API's limit for a request is 1 MiB

const rare = ['subject', 'name_id_format', 'groups_separator'] as const
const advanced = [
  'entity_id',
  'certificates',
  'clock_skew_seconds',
  'max_authentication_age_seconds',
] as const

export function SAMLFields({ form, hints }: { form: Form; hints: Hints }) {
  const [unread, setUnread] = useState('')
  const field = (name: keyof Hints & string, description?: string) => ({
    description: hints[name] ?? description,
    ...form.getInputProps(name),
  })
  const read = async (file: File | null) => {
    setUnread('')
    if (!file) return
    if (file.size > maxMetadata) return setUnread('This file is too large to be metadata.')
    form.setFieldValue('metadata', await file.text())
  }
  return (
    <>
      <TextInput
        label="Metadata address"
        {...field('metadata_url', 'Fetched now and then, so that new certificates are known in time.')}
      />
      <Textarea
        label="Or the metadata itself"
        description={
          hints.metadata ??
          'Paste the XML, or choose the file. With an address too, it counts until that answers.'
        }
        rows={3}
        autosize
        maxRows={8}
        spellCheck={false}
        {...form.getInputProps('metadata')}
        error={unread || form.errors.metadata}
      />
      <div>
        <FileButton
          onChange={(file) => void read(file)}
          accept=".xml,text/xml,application/xml,application/samlmetadata+xml"
        >
          {(props) => (
            <Button {...props} variant="default" size="xs">
              Choose a metadata file
            </Button>
          )}
        </FileButton>
      </div>
      <div className={people.half}>
        <TextInput
          label="E-mail attribute"
          {...field('email_attribute', 'Empty: the NameID, where it is an e-mail address.')}
        />
        <TextInput label="Groups attribute" {...field('groups_attribute')} />
      </div>
      <More label="further settings" open={rare.some((name) => form.errors[name])}>
        <div className={people.half}>
          <TextInput label="Name attribute" {...field('name_attribute')} />
          <TextInput
            label="Subject"
            placeholder="name_id"
            {...field('subject', 'The attribute that people are known by for good; empty: the NameID.')}
          />
          <TextInput
            label="NameID format to ask for"
            placeholder="The provider’s choice"
            {...field('name_id_format', 'persistent, email, unspecified, or a URN.')}
          />
          <TextInput
            label="Groups separator"
            {...field('groups_separator', 'Only where all groups stand in one value.')}
          />
        </div>
        <Checkbox label="Sign requests" {...form.getInputProps('sign_requests', { type: 'checkbox' })} />
        <Checkbox
          label="Refuse assertions that are not encrypted"
          {...form.getInputProps('want_encrypted', { type: 'checkbox' })}
        />
        <Checkbox
          label="Accept sign-ins that begin at the identity provider"
          description="Less safe: anybody can be led into somebody else’s account by a planted answer. Leave it off unless a portal needs it."
          {...form.getInputProps('allow_idp_initiated', { type: 'checkbox' })}
        />
      </More>
      <More label="advanced settings" open={advanced.some((name) => form.errors[name])}>
        <TextInput
          label="Entity ID of the provider"
          {...field('entity_id', 'Only where the metadata lists several providers: which of them.')}
        />
        <Textarea
          label="Further certificates"
          rows={3}
          autosize
          maxRows={8}
          spellCheck={false}
          {...field(
            'certificates',
            'Trusted besides those in the metadata, such as the provider’s next one. Paste them one after the other, BEGIN and END lines included.',
          )}
        />
        <div className={people.half}>
          <NumberInput
            label="Tolerated clock difference"
            placeholder="60"
            suffix=" s"
            min={1}
            max={300}
            allowDecimal={false}
            {...field('clock_skew_seconds', 'In seconds. Set clocks by NTP rather than raise it.')}
          />
          <NumberInput
            label="Oldest authentication"
            placeholder="No limit"
            suffix=" s"
            min={60}
            max={2592000}
            allowDecimal={false}
            {...field(
              'max_authentication_age_seconds',
              'In seconds. Whoever signed in there longer ago is refused.',
            )}
          />
        </div>
      </More>
    </>
  )
}
