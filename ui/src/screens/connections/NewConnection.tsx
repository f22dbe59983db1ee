import { SegmentedControl, Select } from '@mantine/core'
import { useMediaQuery } from '@mantine/hooks'
import { useQuery } from '@tanstack/react-query'
import { Link, useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { call } from '../../api/client'
import { type ConnectionKind, createConnection } from '../../api/generated'
import { Empty } from '../../elements/States'
import { Page, Panel } from '../../layout/Page'
import { mayManage } from '../../session/roles'
import { useSession } from '../../session/session'
import people from '../people/People.module.css'
import { statusQuery } from '../status/queries'
import { Addresses } from './Addresses'
import { addressesOf } from './addresses'
import { ConnectionForm } from './ConnectionForm'
import styles from './Connections.module.css'
import { type Provider, presetOf, providers } from './presets'
import { useConnectionChange } from './queries'
import { blank, configOf, slugOf, type Values } from './values'
import { kindWords } from './words'

/** NewConnection leads from the choice of a provider to a draft; its own page leads on from there. */
export function NewConnection() {
  const { data: session } = useSession()
  const narrow = useMediaQuery('(max-width: 480px)')
  const [kind, setKind] = useState<ConnectionKind>('oidc')
  const [provider, setProvider] = useState<Provider>('okta')
  if (!mayManage(session?.user)) {
    return (
      <Page title="Add connection">
        <Empty title="Only an owner or an identity admin adds connections." />
      </Page>
    )
  }
  return (
    <Page
      title="Add connection"
      lead="It is saved as a draft, which signs nobody in. Then you try it out, let a few people use it, and open it to everybody."
    >
      <Link to="/connections" className={people.back}>
        ← All connections
      </Link>
      <Panel title="1. What do you connect?">
        <div className={people.form}>
          <SegmentedControl
            className={styles.kinds}
            orientation={narrow ? 'vertical' : 'horizontal'}
            aria-label="Protocol"
            value={kind}
            onChange={(value) => setKind(value as ConnectionKind)}
            data={Object.entries(kindWords).map(([value, label]) => ({ value, label }))}
          />
          {kind !== 'workload' && (
            <Select
              label="Identity provider"
              data={providers}
              allowDeselect={false}
              value={provider}
              onChange={(value) =>
                setProvider(providers.find((one) => one.value === value)?.value ?? 'other')
              }
            />
          )}
        </div>
      </Panel>
      <Draft key={`${kind} ${provider}`} kind={kind} provider={provider} />
    </Page>
  )
}

function Draft({ kind, provider }: { kind: ConnectionKind; provider: Provider }) {
  const preset = presetOf(kind, provider)
  const name =
    kind === 'workload'
      ? 'CI'
      : (providers.find((one) => one.value === provider && provider !== 'other')?.label ?? '')
  const initial: Values = { ...blank, name, id: slugOf(name), ...preset.values }
  const [id, setID] = useState(initial.id)
  const status = useQuery(statusQuery)
  const navigate = useNavigate()
  const create = useConnectionChange(
    (values: Values) =>
      call(
        createConnection({
          body: {
            id: values.id.trim(),
            kind,
            name: values.name.trim(),
            domains: values.domains,
            config: configOf(kind, values),
            secrets: values.client_secret ? { client_secret: values.client_secret } : undefined,
          },
        }),
      ),
    (made) => void navigate({ to: '/connections/$id', params: { id: made.id } }),
  )
  return (
    <>
      <Panel title={kind === 'workload' ? '2. In your CI' : '2. At the identity provider'}>
        <ol className={styles.steps}>
          {preset.steps.map((step) => (
            <li key={step}>{step}</li>
          ))}
        </ol>
        {status.data && kind !== 'workload' && (
          <Addresses urls={addressesOf(status.data.public_url, kind, id)} labels={preset.labels} />
        )}
      </Panel>
      <Panel title="3. Settings">
        <ConnectionForm
          kind={kind}
          initial={initial}
          hints={preset.hints}
          isNew
          onID={setID}
          change={create}
          action="Save as draft"
        />
      </Panel>
    </>
  )
}
