import { Button } from '@mantine/core'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { call } from '../../api/client'
import { type ConnectionDetail, deleteConnection } from '../../api/generated'
import { Confirm } from '../../elements/Confirm'
import { Panel } from '../../layout/Page'
import styles from './Connections.module.css'
import { useConnectionChange } from './queries'

export function Remove({ connection }: { connection: ConnectionDetail }) {
  const [asked, setAsked] = useState(false)
  const navigate = useNavigate()
  const remove = useConnectionChange(
    async () => {
      await call(deleteConnection({ path: { id: connection.id } }))
      await navigate({ to: '/connections' }) // away first: what is gone can't be asked for again
    },
    () => setAsked(false),
  )
  const live = connection.stage === 'live'
  return (
    <Panel title="Delete">
      <div className={styles.stage}>
        <div className="muted">
          {live
            ? 'A live connection can’t be deleted: disable it first.'
            : 'Its accounts stay for the records and sign nobody in. Its settings and secrets are gone for good.'}
        </div>
        <Button variant="default" color="red" disabled={live} onClick={() => setAsked(true)}>
          Delete connection
        </Button>
      </div>
      <Confirm
        opened={asked}
        onClose={() => setAsked(false)}
        title={`Delete ${connection.name}?`}
        action="Delete connection"
        danger
        pending={remove.isPending}
        error={remove.error}
        onConfirm={() => remove.mutate(undefined)}
      >
        Its settings, secrets and SCIM tokens stop working. Whoever is signed in through it is out at once.
      </Confirm>
    </Panel>
  )
}
