import { Button } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { IconPlus } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { Empty, Failure, Loading } from '../../elements/States'
import { Page } from '../../layout/Page'
import { hasRole } from '../../session/roles'
import { useSession } from '../../session/session'
import { AddSink } from './AddSink'
import { sinksQuery } from './queries'
import { SinkDetail } from './SinkDetail'
import styles from './Sinks.module.css'
import { SinkTable } from './SinkTable'

export function Sinks() {
  const query = useQuery(sinksQuery)
  const { data: session } = useSession()
  const [adding, add] = useDisclosure(false)
  const [opened, setOpened] = useState<string>()
  const writes = hasRole(session?.user, 'platform_admin', 'security_admin')
  const sinks = query.data?.sinks ?? []

  return (
    <Page
      title="Sinks"
      lead="Where the ledger is forwarded to. Each sink keeps its own place in it, so that an outage loses nothing and slows no decision."
      actions={
        writes && (
          <Button leftSection={<IconPlus size={16} />} onClick={add.open}>
            Add sink
          </Button>
        )
      }
    >
      <div className={styles.frame}>
        {query.isPending && <Loading what="sinks" />}
        {query.isError && !query.data && <Failure error={query.error} again={() => query.refetch()} />}
        {query.data &&
          (sinks.length > 0 ? (
            <SinkTable sinks={sinks} onOpen={setOpened} />
          ) : (
            <Empty title="The ledger is forwarded nowhere.">
              Add a sink to see decisions in your SIEM, and to keep signed checkpoints elsewhere.
            </Empty>
          ))}
      </div>
      <AddSink opened={adding} onClose={add.close} />
      <SinkDetail
        sink={sinks.find((one) => one.id === opened)}
        writes={writes}
        onClose={() => setOpened(undefined)}
      />
    </Page>
  )
}
