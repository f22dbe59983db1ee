import { Button, SegmentedControl } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { IconPlus } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { Empty, Failure, Loading } from '../../elements/States'
import { Page } from '../../layout/Page'
import { CreateToken } from './CreateToken'
import { tokensQuery } from './queries'
import styles from './Tokens.module.css'
import { TokenTable } from './TokenTable'

export function Tokens() {
  const query = useQuery(tokensQuery)
  const [creating, create] = useDisclosure(false)
  const [shown, setShown] = useState('active')
  const tokens = query.data?.tokens.filter((token) => shown === 'all' || !token.revoked_at) ?? []
  const revoked = query.data?.tokens.some((token) => token.revoked_at)

  return (
    <Page
      title="API tokens"
      lead="For scripts, CI and agents that cannot sign in. Ambit keeps only a hash of each token; revoking one works at once."
      actions={
        <Button leftSection={<IconPlus size={16} />} onClick={create.open}>
          Create token
        </Button>
      }
    >
      <div className={styles.frame}>
        {revoked && (
          <div className={styles.filter}>
            <SegmentedControl
              size="xs"
              aria-label="Which tokens to show"
              value={shown}
              onChange={setShown}
              data={[
                { value: 'active', label: 'Active' },
                { value: 'all', label: 'All' },
              ]}
            />
          </div>
        )}
        {query.isPending && <Loading what="tokens" />}
        {query.isError && <Failure error={query.error} again={() => query.refetch()} />}
        {query.data &&
          (tokens.length > 0 ? (
            <TokenTable tokens={tokens} />
          ) : (
            <Empty title="There is no active token.">
              Create one to connect an agent or to ask for decisions from a script.
            </Empty>
          ))}
      </div>
      <CreateToken opened={creating} onClose={create.close} />
    </Page>
  )
}
