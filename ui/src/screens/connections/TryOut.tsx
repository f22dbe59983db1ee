import { Button } from '@mantine/core'
import { IconAlertTriangle, IconCheck } from '@tabler/icons-react'
import { useMutation } from '@tanstack/react-query'
import { useSearch } from '@tanstack/react-router'
import { call } from '../../api/client'
import { type ConnectionDetail, type ConnectionFinding, inspectConnection } from '../../api/generated'
import { Note } from '../../elements/States'
import { Panel } from '../../layout/Page'
import styles from './Connections.module.css'
import { TestResult } from './TestResult'

/** TryOut asks the provider what it is, and leads through a sign-in that signs nobody in. */
export function TryOut({ connection }: { connection: ConnectionDetail }) {
  const { test } = useSearch({ from: '/connections/$id' })
  const inspect = useMutation({
    mutationFn: () => call(inspectConnection({ path: { id: connection.id } })),
  })
  return (
    <Panel title="Try it out">
      <div className={styles.stage}>
        <div className="muted">
          First let Ambit ask the provider. Then sign in for a test: you see what arrives and what it would
          give, and nobody is signed in.
        </div>
        <div className={styles.buttons}>
          <Button variant="default" loading={inspect.isPending} onClick={() => inspect.mutate()}>
            Check the provider
          </Button>
          {connection.kind !== 'workload' && (
            // A plain link: the browser leaves the console for the identity provider.
            <Button
              component="a"
              href={`/sso/${encodeURIComponent(connection.id)}/login?for=test`}
              variant="light"
            >
              Sign in for a test
            </Button>
          )}
        </div>
      </div>
      {inspect.error && (
        <div className={styles.result}>
          <Note error={inspect.error} />
        </div>
      )}
      {inspect.data && (
        <div role="status" aria-label="What the provider says">
          <Findings findings={inspect.data.notes} />
        </div>
      )}
      {test && <TestResult connection={connection} test={test} />}
    </Panel>
  )
}

export function Findings({ findings }: { findings: ConnectionFinding[] }) {
  return (
    <ul className={styles.notes}>
      {findings.map((one) => (
        <li key={one.message} data-attention={Boolean(one.hint)}>
          {one.hint ? <IconAlertTriangle size={16} aria-hidden /> : <IconCheck size={16} aria-hidden />}
          <div>
            {one.message} {one.hint && <span className="muted">{one.hint}</span>}
          </div>
        </li>
      ))}
    </ul>
  )
}
