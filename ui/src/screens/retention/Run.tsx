import { Button } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { call } from '../../api/client'
import { runRetention } from '../../api/generated'
import { Confirm } from '../../elements/Confirm'
import { outcomeOf } from './words'

/** Run removes what is due now rather than within the hour. */
export function Run({ onDone }: { onDone: () => void }) {
  const [asked, setAsked] = useState(false)
  const run = useMutation({
    mutationFn: () => call(runRetention()),
    onSuccess: () => {
      setAsked(false)
      onDone()
    },
  })
  return (
    <>
      {run.data && (
        <span role="status" className="muted">
          {outcomeOf(run.data)}
        </span>
      )}
      <Button size="xs" variant="default" onClick={() => setAsked(true)}>
        Remove now
      </Button>
      <Confirm
        opened={asked}
        onClose={() => setAsked(false)}
        title="Remove what is due now?"
        action="Remove"
        danger
        pending={run.isPending}
        error={run.error}
        onConfirm={() => run.mutate()}
      >
        What the rules call due is removed at once and can’t be brought back. The ledger records what was
        removed, and still verifies.
      </Confirm>
    </>
  )
}
