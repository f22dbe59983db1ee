import { call } from '../../api/client'
import { type ConnectionDetail, updateConnection } from '../../api/generated'
import { CodeBlock } from '../../elements/CodeBlock'
import { Panel } from '../../layout/Page'
import { ConnectionForm } from './ConnectionForm'
import { useConnectionChange } from './queries'
import { configOf, type Values, valuesOf } from './values'

/** Settings change a connection. Who only reads sees the configuration as it stands. */
export function Settings({ connection, manages }: { connection: ConnectionDetail; manages: boolean }) {
  const save = useConnectionChange((values: Values) =>
    call(
      updateConnection({
        path: { id: connection.id },
        body: {
          name: values.name.trim(),
          domains: values.domains,
          testers: connection.testers,
          config: configOf(connection.kind, values, connection.config),
          secrets: values.client_secret ? { client_secret: values.client_secret } : undefined,
        },
      }),
    ),
  )
  return (
    <Panel title="Settings">
      {manages ? (
        <ConnectionForm
          key={connection.updated_at}
          kind={connection.kind}
          initial={valuesOf(connection)}
          secretSet={connection.secrets_set.includes('client_secret')}
          change={save}
          action="Save settings"
        />
      ) : (
        <CodeBlock text={JSON.stringify(connection.config, null, 2)} what="the configuration" />
      )}
    </Panel>
  )
}
