import { Button } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { call } from '../../api/client'
import { testSink } from '../../api/generated'
import { Note } from '../../elements/States'
import styles from './Sinks.module.css'

/** Test sends a test event and shows the receiver's own answer. */
export function Test({ id }: { id: string }) {
  const test = useMutation({ mutationFn: () => call(testSink({ path: { id } })) })
  return (
    <div className={styles.form}>
      <div>
        <Button variant="default" size="xs" loading={test.isPending} onClick={() => test.mutate()}>
          Send a test event
        </Button>
      </div>
      <div role="status">
        {test.data && (
          <div className={styles.answer} data-ok={test.data.ok}>
            {test.data.ok ? 'Accepted' : `Not accepted (${test.data.outcome})`}: {test.data.answer}
          </div>
        )}
      </div>
      <Note error={test.error} />
    </div>
  )
}
