import { Button, Group, Modal, Text, VisuallyHidden } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { call } from '../../api/client'
import { revokeToken, type Token } from '../../api/generated'
import { Note } from '../../elements/States'
import { ago, dayOf, fullTime } from '../../elements/times'
import { tokensQuery } from './queries'
import styles from './Tokens.module.css'

export function TokenTable({ tokens }: { tokens: Token[] }) {
  const [doomed, setDoomed] = useState<Token>()
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard (WCAG 2.1.1)
    <section className={styles.scroll} aria-label="Tokens" tabIndex={0}>
      <table className={styles.table}>
        <thead>
          <tr>
            <th scope="col">Name</th>
            <th scope="col">Stands for</th>
            <th scope="col">Scopes</th>
            <th scope="col">Last used</th>
            <th scope="col">Created</th>
            <th scope="col">Expires</th>
            <th scope="col">
              <VisuallyHidden>Revoke</VisuallyHidden>
            </th>
          </tr>
        </thead>
        <tbody>
          {tokens.map((token) => (
            <tr key={token.id} className={token.revoked_at ? styles.revoked : undefined}>
              <td className={styles.name}>{token.name}</td>
              <td>{token.person ?? <span className="muted">Nobody</span>}</td>
              <td>
                <div className={styles.scopes}>
                  {token.scopes.map((scope) => (
                    <span key={scope} className={styles.scope}>
                      {scope}
                    </span>
                  ))}
                </div>
              </td>
              <td className="muted">{token.last_used_at ? ago(token.last_used_at) : 'Not yet'}</td>
              <td className="muted" title={fullTime(token.created_at)}>
                {ago(token.created_at)} by {token.created_by}
              </td>
              <td className="muted">{token.expires_at ? dayOf(token.expires_at) : 'Never'}</td>
              <td className={styles.end}>
                {token.revoked_at ? (
                  <span className="muted">Revoked</span>
                ) : (
                  <Button
                    variant="default"
                    size="compact-xs"
                    onClick={() => setDoomed(token)}
                    aria-label={`Revoke ${token.name}`}
                  >
                    Revoke
                  </Button>
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      <Revoke token={doomed} onClose={() => setDoomed(undefined)} />
    </section>
  )
}

function Revoke({ token, onClose }: { token: Token | undefined; onClose: () => void }) {
  const queries = useQueryClient()
  const revoke = useMutation({
    mutationFn: (id: string) => call(revokeToken({ path: { id } })),
    onSuccess: async () => {
      await queries.invalidateQueries(tokensQuery)
      onClose()
    },
  })
  return (
    <Modal
      opened={token !== undefined}
      onClose={onClose}
      title={`Revoke ${token?.name ?? ''}?`}
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      <Text size="md">
        Whatever uses this token is refused from its next request on. An agent that uses it as its hook token
        can do nothing until it has a new one. This cannot be undone.
      </Text>
      <Note error={revoke.error} />
      <Group justify="flex-end" mt="lg">
        <Button variant="default" onClick={onClose} data-autofocus>
          Cancel
        </Button>
        <Button color="red.9" loading={revoke.isPending} onClick={() => token && revoke.mutate(token.id)}>
          Revoke token
        </Button>
      </Group>
    </Modal>
  )
}
