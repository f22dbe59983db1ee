import { Button, PasswordInput, TextInput } from '@mantine/core'
import { useForm } from '@mantine/form'
import { useMutation } from '@tanstack/react-query'
import { call } from '../../api/client'
import { type SignInChallenge, type SignInRequest, signIn } from '../../api/generated'
import { Note } from '../../elements/States'
import { Entry } from '../../layout/Entry'
import entry from '../../layout/Entry.module.css'

/** Password is the owner's own sign-in. onBack leads to the organisation's, where there is one. */
export function Password({
  onChallenge,
  onBack,
}: {
  onChallenge: (challenge: SignInChallenge) => void
  onBack?: () => void
}) {
  const form = useForm<SignInRequest>({
    initialValues: { email: '', password: '' },
    validate: {
      email: (value) => (value.trim() ? null : 'Enter your e-mail address'),
      password: (value) => (value ? null : 'Enter your password'),
    },
  })
  const start = useMutation({
    mutationFn: (body: SignInRequest) => call(signIn({ body })),
    onSuccess: onChallenge,
  })
  return (
    <Entry title={onBack ? 'Sign in as owner' : 'Sign in'}>
      <form className={entry.form} onSubmit={form.onSubmit((values) => start.mutate(values))} noValidate>
        <TextInput
          label="E-mail address"
          type="email"
          autoComplete="username"
          data-autofocus
          autoFocus
          {...form.getInputProps('email')}
        />
        <PasswordInput label="Password" autoComplete="current-password" {...form.getInputProps('password')} />
        <Note error={start.error} />
        <Button type="submit" loading={start.isPending}>
          Continue
        </Button>
      </form>
      {onBack && (
        <button type="button" className={entry.link} onClick={onBack}>
          Back to your organisation’s sign-in
        </button>
      )}
    </Entry>
  )
}
