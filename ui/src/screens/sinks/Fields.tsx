import { Checkbox, NumberInput, PasswordInput, Select, Textarea, TextInput } from '@mantine/core'
import type { Draft } from './draft'
import type { Field } from './kinds'

interface Props {
  fields: readonly Field[]
  draft: Draft
  error: { field: string; message: string } | undefined
  onChange: (draft: Draft) => void
}

/** Fields are inputs of the form. */
export function Fields({ fields, draft, error, onChange }: Props) {
  const setText = (name: string, value: string) =>
    onChange({ ...draft, texts: { ...draft.texts, [name]: value } })
  return (
    <>
      {fields.map((field) => (
        <Input
          key={field.name}
          field={field}
          text={draft.texts[field.name] ?? ''}
          flag={draft.flags[field.name] ?? false}
          error={error?.field === field.name ? error.message : undefined}
          onText={(value) => setText(field.name, value)}
          onFlag={(value) => onChange({ ...draft, flags: { ...draft.flags, [field.name]: value } })}
        />
      ))}
    </>
  )
}

interface InputProps {
  field: Field
  text: string
  flag: boolean
  error: string | undefined
  onText: (value: string) => void
  onFlag: (value: boolean) => void
}

function Input({ field, text, flag, error, onText, onFlag }: InputProps) {
  const { label, description, placeholder } = field
  switch (field.kind) {
    case 'flag':
      return (
        <Checkbox
          size="xs"
          label={label}
          description={description}
          checked={flag}
          onChange={(event) => onFlag(event.currentTarget.checked)}
        />
      )
    case 'choice':
      return (
        <Select
          label={label}
          data={field.choices}
          value={text || (field.choices?.[0]?.value ?? null)}
          allowDeselect={false}
          onChange={(value) => onText(value ?? '')}
        />
      )
    case 'number':
      return (
        <NumberInput
          label={label}
          description={description}
          placeholder={placeholder}
          min={field.min}
          max={field.max}
          suffix={field.suffix}
          allowDecimal={field.unit !== undefined}
          value={text}
          error={error}
          onChange={(value) => onText(String(value))}
        />
      )
    case 'pem':
      return (
        <Textarea
          label={label}
          description={description}
          autosize
          minRows={1}
          maxRows={6}
          spellCheck={false}
          autoComplete="off"
          value={text}
          error={error}
          onChange={(event) => onText(event.currentTarget.value)}
        />
      )
    case 'secret':
      return (
        <PasswordInput
          label={label}
          description={description}
          placeholder={placeholder}
          value={text}
          error={error}
          autoComplete="off"
          onChange={(event) => onText(event.currentTarget.value)}
        />
      )
    default:
      return (
        <TextInput
          label={label}
          description={description}
          placeholder={placeholder}
          value={text}
          error={error}
          onChange={(event) => onText(event.currentTarget.value)}
        />
      )
  }
}
