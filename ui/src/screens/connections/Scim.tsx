import { Button } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { call } from '../../api/client'
import { type ConnectionDetail, createScimToken, revokeScimToken, type ScimToken } from '../../api/generated'
import { CodeBlock } from '../../elements/CodeBlock'
import { Confirm } from '../../elements/Confirm'
import { Failure, Loading, Note } from '../../elements/States'
import { ago, fullTime } from '../../elements/times'
import { Panel } from '../../layout/Page'
import people from '../people/People.module.css'
import { Addresses } from './Addresses'
import styles from './Connections.module.css'
import { scimTokensQuery, useConnectionChange } from './queries'

/** Scim is provisioning: where the provider sends people and groups to, and by which token. */
export function Scim({ connection, manages }: { connection: ConnectionDetail; manages: boolean }) {
  const tokens = useQuery(scimTokensQuery(connection.id))
  const create = useConnectionChange(() => call(createScimToken({ path: { id: connection.id } })))
  return (
    <Panel
      title="Provisioning (SCIM)"
      aside={
        manages && (
          <Button
            size="xs"
            variant="default"
            loading={create.isPending}
            onClick={() => create.mutate(undefined)}
          >
            Create token
          </Button>
        )
      }
    >
      <div className={styles.section}>
        <div className="muted">
          {connection.scim_active
            ? 'The identity provider provisions people here. Whoever it deactivates is out before it has its answer.'
            : 'The quickest way to learn that somebody left. Enter the address and a token at the identity provider.'}
        </div>
        <Addresses urls={{ scim: connection.urls.scim }} />
        <Note error={create.error} />
        {create.data && (
          <div className={styles.section} role="status">
            <div>Copy the token now. It is shown only this once; Ambit keeps its hash.</div>
            <CodeBlock text={create.data.secret} what="the SCIM token" />
          </div>
        )}
        {tokens.isPending && <Loading what="SCIM tokens" lines={2} />}
        {tokens.isError && <Failure error={tokens.error} again={() => tokens.refetch()} />}
        {tokens.data && (
          <Tokens
            id={connection.id}
            tokens={tokens.data.tokens.filter((one) => !one.revoked_at)}
            manages={manages}
          />
        )}
      </div>
    </Panel>
  )
}

function Tokens({ id, tokens, manages }: { id: string; tokens: ScimToken[]; manages: boolean }) {
  const [doomed, setDoomed] = useState<ScimToken>()
  const revoke = useConnectionChange(
    (token: string) => call(revokeScimToken({ path: { id, token } })),
    () => setDoomed(undefined),
  )
  if (tokens.length === 0) return <div className="muted">There is no token.</div>
  return (
    <>
      <ul className={people.list} aria-label="SCIM tokens">
        {tokens.map((token) => (
          <li key={token.id} className={people.row}>
            <span title={fullTime(token.created_at)}>
              Created {ago(token.created_at)} by {token.created_by}
              <span className="muted">
                {' '}
                · {token.last_used_at ? `last used ${ago(token.last_used_at)}` : 'not used yet'}
              </span>
            </span>
            {manages && (
              <Button
                variant="default"
                size="compact-xs"
                onClick={() => {
                  revoke.reset()
                  setDoomed(token)
                }}
              >
                Revoke
              </Button>
            )}
          </li>
        ))}
      </ul>
      <Confirm
        opened={doomed !== undefined}
        onClose={() => setDoomed(undefined)}
        title="Revoke this SCIM token?"
        action="Revoke token"
        danger
        pending={revoke.isPending}
        error={revoke.error}
        onConfirm={() => doomed && revoke.mutate(doomed.id)}
      >
        The identity provider’s next request with it is refused. While it has no other token, Ambit doesn’t
        learn from it who left.
      </Confirm>
    </>
  )
}
