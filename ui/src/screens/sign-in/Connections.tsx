import { Button, TextInput } from '@mantine/core'
import { useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import type { SignInChoice } from '../../api/generated'
import { Note } from '../../elements/States'
import { Entry } from '../../layout/Entry'
import entry from '../../layout/Entry.module.css'
import { loginOf } from './login'
import { choicesQuery } from './queries'

/** Connections offers the ways to sign in. Where there are several, the e-mail address says which is the person's. */
export function Connections({
  choices,
  back,
  onOwner,
}: {
  choices: SignInChoice[]
  back: string | undefined
  onOwner: () => void
}) {
  const [offered, setOffered] = useState(choices.length === 1 ? choices : undefined)
  return (
    <Entry
      title="Sign in"
      lead={offered ? undefined : 'Your e-mail address shows Ambit which sign-in is yours.'}
    >
      {offered ? (
        <div className={entry.form}>
          {offered.map((choice, i) => (
            // A plain link: the browser leaves the console for the identity provider.
            <Button
              key={choice.id}
              component="a"
              href={loginOf(choice.id, back)}
              variant={i === 0 ? 'filled' : 'default'}
              autoFocus={i === 0}
            >
              Continue with {choice.name}
            </Button>
          ))}
        </div>
      ) : (
        <ByAddress back={back} onSeveral={setOffered} />
      )}
      {!offered && (
        <button type="button" className={entry.link} onClick={() => setOffered(choices)}>
          Show all ways to sign in
        </button>
      )}
      {offered && choices.length > 1 && (
        <button type="button" className={entry.link} onClick={() => setOffered(undefined)}>
          Use another e-mail address
        </button>
      )}
      <button type="button" className={entry.link} onClick={onOwner}>
        Sign in as owner
      </button>
    </Entry>
  )
}

function ByAddress({
  back,
  onSeveral,
}: {
  back: string | undefined
  onSeveral: (choices: SignInChoice[]) => void
}) {
  const queries = useQueryClient()
  const [email, setEmail] = useState('')
  const [error, setError] = useState<unknown>()
  const [asking, setAsking] = useState(false)
  const submit = async (event: FormEvent) => {
    event.preventDefault()
    setAsking(true)
    setError(undefined)
    try {
      const { choices } = await queries.fetchQuery(choicesQuery(email.trim()))
      const [only] = choices
      if (only && choices.length === 1) window.location.assign(loginOf(only.id, back))
      else onSeveral(choices)
    } catch (failure) {
      setError(failure)
    }
    setAsking(false)
  }
  return (
    <form className={entry.form} onSubmit={(event) => void submit(event)}>
      <TextInput
        label="E-mail address"
        type="email"
        autoComplete="username"
        autoFocus
        required
        maxLength={254}
        value={email}
        onChange={(event) => setEmail(event.currentTarget.value)}
      />
      <Note error={error} />
      <Button type="submit" loading={asking}>
        Continue
      </Button>
    </form>
  )
}
