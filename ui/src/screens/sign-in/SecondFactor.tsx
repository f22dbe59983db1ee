import { Button, TextInput } from '@mantine/core'
import { IconFingerprint } from '@tabler/icons-react'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { call } from '../../api/client'
import { type SignInChallenge, type VerifyRequest, verifySignIn } from '../../api/generated'
import { Note } from '../../elements/States'
import { Entry } from '../../layout/Entry'
import entry from '../../layout/Entry.module.css'
import { askPasskey, passkeysWork } from '../../session/passkey'
import { enter } from '../../session/session'

type Way = SignInChallenge['methods'][number]

export function SecondFactor({ challenge, onBack }: { challenge: SignInChallenge; onBack: () => void }) {
  const { passkey_options } = challenge
  const methods = challenge.methods.filter((method) => method !== 'passkey' || passkeysWork())
  const [way, setWay] = useState<Way>(methods.find((method) => method !== 'recovery') ?? 'recovery')
  const [code, setCode] = useState('')
  const queries = useQueryClient()
  const verify = useMutation({
    mutationFn: async () => call(verifySignIn({ body: await proofOf() })),
    onSuccess: (session) => enter(queries, session),
  })
  const proofOf = async (): Promise<VerifyRequest> => {
    const about = { challenge: challenge.challenge }
    if (way === 'passkey') return { ...about, passkey: await askPasskey(passkey_options ?? {}) }
    if (way === 'totp') return { ...about, code: code.replace(/\s/g, '') }
    return { ...about, recovery_code: code.trim() }
  }
  const submit = (event: FormEvent) => {
    event.preventDefault()
    verify.mutate()
  }

  return (
    <Entry title="Second factor" lead={leads[way]}>
      <form className={entry.form} onSubmit={submit}>
        {way !== 'passkey' && (
          <TextInput
            key={way}
            label={way === 'totp' ? 'Code' : 'Recovery code'}
            inputMode={way === 'totp' ? 'numeric' : 'text'}
            autoComplete="one-time-code"
            autoFocus
            value={code}
            onChange={(event) => setCode(event.currentTarget.value)}
          />
        )}
        <Note error={verify.error} />
        <Button
          type="submit"
          loading={verify.isPending}
          leftSection={way === 'passkey' ? <IconFingerprint size={16} /> : undefined}
        >
          {way === 'passkey' ? 'Use the passkey' : 'Sign in'}
        </Button>
      </form>
      {methods
        .filter((method) => method !== way)
        .map((method) => (
          <button
            type="button"
            key={method}
            className={entry.link}
            onClick={() => {
              setWay(method)
              setCode('')
              verify.reset()
            }}
          >
            {otherWays[method]}
          </button>
        ))}
      <button type="button" className={entry.link} onClick={onBack}>
        Back to the password
      </button>
    </Entry>
  )
}

const leads: Record<Way, string> = {
  totp: 'Enter the six digits that your authenticator app shows.',
  passkey: 'Confirm with the passkey of this account.',
  recovery: 'Enter one of the recovery codes that you saved. Each works once.',
}

const otherWays: Record<Way, string> = {
  totp: 'Use an authenticator app',
  passkey: 'Use a passkey',
  recovery: 'Use a recovery code',
}
