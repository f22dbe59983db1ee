import { Button } from '@mantine/core'
import { useState } from 'react'
import { call } from '../../api/client'
import { cutOffPerson, disablePerson, enablePerson, type PersonDetail } from '../../api/generated'
import { Confirm } from '../../elements/Confirm'
import { mayManage } from '../../session/roles'
import { useSession } from '../../session/session'
import styles from './People.module.css'
import { useChange } from './queries'

type Act = 'cut' | 'disable' | 'enable'

const words: Record<Act, { title: (name: string) => string; action: string; text: string }> = {
  cut: {
    title: (name) => `Cut ${name} off now?`,
    action: 'Cut off now',
    text: 'Every console session and every sign-in of an agent in this name ends at once: the next request is refused. The person may sign in again, unless you disable them too.',
  },
  disable: {
    title: (name) => `Disable ${name}?`,
    action: 'Disable',
    text: 'Everything in this name ends at once, tokens bound to it stop working, and no sign-in is accepted until somebody enables the person again.',
  },
  enable: {
    title: (name) => `Enable ${name}?`,
    action: 'Enable',
    text: 'The person may sign in again, and tokens bound to them work again. What they were signed in with stays ended.',
  },
}

/** PersonActions takes access away, or gives it back. */
export function PersonActions({ person }: { person: PersonDetail }) {
  const { data: session } = useSession()
  const [act, setAct] = useState<Act>('cut')
  const [asked, setAsked] = useState(false)
  const path = { id: person.id }
  const change = useChange(
    (what: Act) => {
      if (what === 'cut') return call(cutOffPerson({ path, body: { why: 'cut off from the console' } }))
      return call(what === 'disable' ? disablePerson({ path }) : enablePerson({ path }))
    },
    () => setAsked(false),
  )
  const ask = (what: Act) => () => {
    change.reset()
    setAct(what)
    setAsked(true)
  }
  return (
    <div className={styles.actions}>
      {person.disabled ? (
        mayManage(session?.user) && (
          <Button variant="default" onClick={ask('enable')}>
            Enable
          </Button>
        )
      ) : (
        <>
          <Button variant="default" onClick={ask('disable')}>
            Disable
          </Button>
          <Button color="red.9" onClick={ask('cut')}>
            Cut off now
          </Button>
        </>
      )}
      <Confirm
        opened={asked}
        onClose={() => setAsked(false)}
        title={words[act].title(person.name)}
        action={words[act].action}
        danger={act !== 'enable'}
        pending={change.isPending}
        error={change.error}
        onConfirm={() => change.mutate(act)}
      >
        {words[act].text}
      </Confirm>
    </div>
  )
}
