import { TagsInput, Textarea, TextInput } from '@mantine/core'
import type { Form, Hints } from './fields'

export function WorkloadFields({ form, hints }: { form: Form; hints: Hints }) {
  return (
    <>
      <TextInput label="Issuer" withAsterisk description={hints.issuer} {...form.getInputProps('issuer')} />
      <TagsInput
        label="Audiences"
        withAsterisk
        description="What a job must ask its token for, such as this server’s address."
        {...form.getInputProps('audiences')}
      />
      <Textarea
        label="Required claims"
        withAsterisk
        description="One for each line, such as repository_owner: acme. An asterisk stands for any text. Without a claim that names your organisation, jobs of strangers would do."
        autosize
        minRows={2}
        spellCheck={false}
        {...form.getInputProps('claims')}
      />
      <TextInput label="Subject claim" placeholder="sub" {...form.getInputProps('subject_claim')} />
    </>
  )
}
