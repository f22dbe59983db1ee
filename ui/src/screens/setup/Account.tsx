import { Button, PasswordInput, TextInput } from '@mantine/core'
import { useForm } from '@mantine/form'
import { useMutation } from '@tanstack/react-query'
import { call } from '../../api/client'
import { createOwner, type OwnerPending } from '../../api/generated'
import { Note } from '../../elements/States'
import { Entry } from '../../layout/Entry'
import entry from '../../layout/Entry.module.css'

export function Account({ token, onDone }: { token: string; onDone: (pending: OwnerPending) => void }) {
  const form = useForm({
    initialValues: { name: '', email: '', password: '', again: '' },
    validate: {
      name: (value) => (value.trim() ? null : 'Enter your name'),
      email: (value) =>
        /^\S+@\S+$/.test(value.trim()) ? null : 'Enter an e-mail address, like ada@example.com',
      password: (value) => (value.length >= 12 ? null : 'Use at least 12 characters; a few words do well'),
      again: (value, all) => (value === all.password ? null : 'The two passwords differ'),
    },
  })
  const create = useMutation({
    mutationFn: ({ name, email, password }: typeof form.values) =>
      call(createOwner({ body: { token, name: name.trim(), email: email.trim(), password } })),
    onSuccess: onDone,
  })
  return (
    <Entry
      title="Create the owner"
      step="Step 1 of 4"
      lead="The owner may do everything, and is the way back in when single sign-on fails."
    >
      <form className={entry.form} onSubmit={form.onSubmit((values) => create.mutate(values))} noValidate>
        <TextInput label="Name" autoComplete="name" autoFocus {...form.getInputProps('name')} />
        <TextInput
          label="E-mail address"
          type="email"
          autoComplete="username"
          {...form.getInputProps('email')}
        />
        <PasswordInput
          label="Password"
          description="At least 12 characters"
          autoComplete="new-password"
          {...form.getInputProps('password')}
        />
        <PasswordInput label="Password again" autoComplete="new-password" {...form.getInputProps('again')} />
        <Note error={create.error} />
        <Button type="submit" loading={create.isPending}>
          Continue
        </Button>
      </form>
    </Entry>
  )
}
