import { Button, TextInput } from '@mantine/core'
import { IconFingerprint } from '@tabler/icons-react'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { call } from '../../api/client'
import { type Confirmed, type ConfirmRequest, confirmOwner, type OwnerPending } from '../../api/generated'
import { CopyButton } from '../../elements/CopyButton'
import { Note } from '../../elements/States'
import { Entry } from '../../layout/Entry'
import entry from '../../layout/Entry.module.css'
import { createPasskey, passkeysWork } from '../../session/passkey'
import { enter } from '../../session/session'
import styles from './Setup.module.css'

interface Props {
  token: string
  pending: OwnerPending
  onBack: () => void
  onDone: (confirmed: Confirmed) => void
}

/** SecondFactor offers an authenticator app and, where the address lets the browser do it, a passkey. */
export function SecondFactor({ token, pending, onBack, onDone }: Props) {
  const { totp, passkey_options } = pending
  const [code, setCode] = useState('')
  const queries = useQueryClient()
  const confirm = useMutation({
    mutationFn: async (way: 'totp' | 'passkey') => {
      const body: ConfirmRequest =
        way === 'passkey'
          ? { token, passkey: await createPasskey(passkey_options ?? {}) }
          : { token, code: code.replace(/\s/g, '') }
      return call(confirmOwner({ body }))
    },
    onSuccess: (confirmed) => {
      enter(queries, confirmed.session)
      onDone(confirmed)
    },
  })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    confirm.mutate('totp')
  }

  return (
    <Entry
      title="Add a second factor"
      step="Step 2 of 4"
      lead="A password alone can be phished. This is asked for at every sign-in."
    >
      {passkey_options && passkeysWork() && (
        <>
          <Button
            variant="default"
            leftSection={<IconFingerprint size={16} />}
            loading={confirm.isPending && confirm.variables === 'passkey'}
            onClick={() => confirm.mutate('passkey')}
          >
            Use a passkey
          </Button>
          <div className={entry.or}>or an authenticator app</div>
        </>
      )}
      <div className={styles.totp}>
        <img
          className={styles.qr}
          src={`data:image/svg+xml,${encodeURIComponent(totp.qr_svg)}`}
          alt="QR code for your authenticator app; the key beside it says the same"
          width={148}
          height={148}
        />
        <div className={styles.key}>
          <p>Scan the code with your app, or type in this key:</p>
          <div className={styles.secret}>
            <code>{totp.secret.replace(/(.{4})(?=.)/g, '$1 ')}</code>
            <CopyButton value={totp.secret} what="the key" />
          </div>
        </div>
      </div>
      <form className={entry.form} onSubmit={submit}>
        <TextInput
          label="Code"
          description="The six digits that the app shows now"
          inputMode="numeric"
          autoComplete="one-time-code"
          value={code}
          onChange={(event) => setCode(event.currentTarget.value)}
        />
        <Note error={confirm.error} />
        <Button type="submit" loading={confirm.isPending && confirm.variables === 'totp'}>
          Confirm
        </Button>
      </form>
      <button type="button" className={entry.link} onClick={onBack}>
        Back to the account
      </button>
    </Entry>
  )
}
