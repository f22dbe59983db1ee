import { Button } from '@mantine/core'
import { useState } from 'react'
import { call } from '../../api/client'
import { type ConnectionDetail, rollConnectionKeys } from '../../api/generated'
import { Confirm } from '../../elements/Confirm'
import { Panel } from '../../layout/Page'
import styles from './Connections.module.css'
import { useConnectionChange } from './queries'

/** Keys replaces our own SAML keys in two steps, so that sign-in works all the while. */
export function Keys({ connection }: { connection: ConnectionDetail }) {
  const [asked, setAsked] = useState(false)
  const roll = useConnectionChange(
    () => call(rollConnectionKeys({ path: { id: connection.id } })),
    () => setAsked(false),
  )
  const rolling = connection.keys_rolling
  const action = rolling ? 'Drop the old key' : 'Make a new key'
  return (
    <Panel title="Our keys">
      <div className={styles.stage}>
        <div className="muted">
          {rolling
            ? 'Our metadata has two keys now. Give it to the identity provider, and then drop the old key.'
            : 'Our requests are signed by this key, and assertions are encrypted to it. A new one is published beside it first.'}
        </div>
        <Button variant="default" onClick={() => setAsked(true)}>
          {action}
        </Button>
      </div>
      <Confirm
        opened={asked}
        onClose={() => setAsked(false)}
        title={`${action}?`}
        action={action}
        danger={rolling}
        pending={roll.isPending}
        error={roll.error}
        onConfirm={() => roll.mutate(undefined)}
      >
        {rolling
          ? 'An identity provider that doesn’t have our current metadata yet would refuse our requests, or encrypt to a key that is gone.'
          : 'Our metadata gets a second key. Nothing changes until you drop the old one.'}
      </Confirm>
    </Panel>
  )
}
