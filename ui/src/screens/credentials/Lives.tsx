import { Button, Group, NumberInput, Text } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { call } from '../../api/client'
import { type CredentialSettings, setCredentialSettings } from '../../api/generated'
import { Failure } from '../../elements/States'
import { livesQuery } from './queries'

/** Lives shows how long agents stay signed in, and lets an identity admin change it. */
export function Lives({ editable }: { editable: boolean }) {
  const query = useQuery(livesQuery)
  if (query.isPending) return null
  if (query.isError) return <Failure error={query.error} again={() => query.refetch()} />
  if (editable) return <LivesForm key={JSON.stringify(query.data)} now={query.data} />
  return (
    <Text size="sm" c="dimmed">
      A credential lives {query.data.access_minutes} minutes and is then refreshed; after{' '}
      {query.data.family_days} days an agent signs in again.
    </Text>
  )
}

function LivesForm({ now }: { now: CredentialSettings }) {
  const [minutes, setMinutes] = useState<number | string>(now.access_minutes)
  const [days, setDays] = useState<number | string>(now.family_days)
  const client = useQueryClient()
  const save = useMutation({
    mutationFn: (body: CredentialSettings) => call(setCredentialSettings({ body })),
    onSuccess: () => client.invalidateQueries(),
  })
  const body = { access_minutes: Number(minutes), family_days: Number(days) }
  const changed = body.access_minutes !== now.access_minutes || body.family_days !== now.family_days
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault()
        save.mutate(body)
      }}
    >
      <Group align="end" gap="sm">
        <NumberInput
          size="xs"
          w={200}
          label="A credential lives (minutes)"
          min={10}
          max={720}
          allowDecimal={false}
          value={minutes}
          onChange={setMinutes}
        />
        <NumberInput
          size="xs"
          w={200}
          label="Sign in again after (days)"
          min={1}
          max={365}
          allowDecimal={false}
          value={days}
          onChange={setDays}
        />
        <Button size="xs" type="submit" variant="default" disabled={!changed} loading={save.isPending}>
          Save
        </Button>
      </Group>
      {save.isError && <Failure error={save.error} />}
    </form>
  )
}
