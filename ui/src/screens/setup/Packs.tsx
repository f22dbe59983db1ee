import { Button, Radio } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { call } from '../../api/client'
import { setupPolicy } from '../../api/generated'
import { Failure, Loading, Note } from '../../elements/States'
import { Entry } from '../../layout/Entry'
import { packsQuery } from '../policy/queries'
import styles from './Setup.module.css'

/** Packs publishes a starter pack as the first policy: until one is published, everything is refused. */
export function Packs({ onDone }: { onDone: () => void }) {
  const packs = useQuery(packsQuery)
  const [chosen, setChosen] = useState('standard')
  const queries = useQueryClient()
  const publish = useMutation({
    mutationFn: () => call(setupPolicy({ body: { pack: chosen } })),
    onSuccess: async () => {
      await queries.invalidateQueries()
      onDone()
    },
  })
  return (
    <Entry
      title="Choose a starting policy"
      step="Step 4 of 4"
      lead="It takes effect at once, and you can change every line of it afterwards."
    >
      {packs.isPending && <Loading what="the starter packs" />}
      {packs.isError && <Failure error={packs.error} again={() => packs.refetch()} />}
      {packs.data && (
        <Radio.Group value={chosen} onChange={setChosen} aria-label="Starting policy">
          <div className={styles.packs}>
            {packs.data.packs.map((pack) => (
              <Radio.Card key={pack.name} value={pack.name} className={styles.pack}>
                <div className={styles.packHead}>
                  <Radio.Indicator size="xs" />
                  {pack.title}
                </div>
                <div className={styles.packWords}>{pack.description}</div>
              </Radio.Card>
            ))}
          </div>
        </Radio.Group>
      )}
      <Note error={publish.error} />
      <Button disabled={!packs.data} loading={publish.isPending} onClick={() => publish.mutate()}>
        Publish and finish
      </Button>
    </Entry>
  )
}
