import { Button } from '@mantine/core'
import { useState } from 'react'
import { call } from '../../api/client'
import { type ConnectionDetail, stageConnection } from '../../api/generated'
import { Confirm } from '../../elements/Confirm'
import { Panel } from '../../layout/Page'
import styles from './Connections.module.css'
import { useConnectionChange } from './queries'
import { type Move, movesFrom, stageWords } from './words'

/** StagePanel promotes a connection or takes it back, after a sentence that says what it means for people. */
export function StagePanel({ connection, manages }: { connection: ConnectionDetail; manages: boolean }) {
  const [to, setTo] = useState<Move['to']>()
  const stage = useConnectionChange(
    (stage: Move['to']) => call(stageConnection({ path: { id: connection.id }, body: { stage } })),
    () => setTo(undefined),
  )
  const moves = manages ? movesFrom(connection) : []
  const move = moves.find((one) => one.to === to) // of the connection as it is now, not as it was when the button was pressed
  return (
    <Panel title="Stage">
      <div className={styles.stage}>
        <div>
          <strong>{stageWords[connection.stage].label}.</strong> {stageWords[connection.stage].means}
        </div>
        <div className={styles.buttons}>
          {moves.toReversed().map((one) => (
            <Button
              key={one.to}
              variant={one === moves[0] && !one.danger ? 'filled' : 'default'}
              onClick={() => {
                stage.reset()
                setTo(one.to)
              }}
            >
              {one.action}
            </Button>
          ))}
        </div>
      </div>
      <Confirm
        opened={move !== undefined}
        onClose={() => setTo(undefined)}
        title={`${move?.action ?? ''}?`}
        action={move?.action ?? ''}
        danger={move?.danger}
        pending={stage.isPending}
        error={stage.error}
        onConfirm={() => move && stage.mutate(move.to)}
      >
        {move?.means}
      </Confirm>
    </Panel>
  )
}
