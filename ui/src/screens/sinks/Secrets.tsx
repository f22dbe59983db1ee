import { Button, PasswordInput, Select, Textarea } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { call } from '../../api/client'
import { rotateSinkSecret, type Sink } from '../../api/generated'
import { CodeBlock } from '../../elements/CodeBlock'
import { Note } from '../../elements/States'
import { sinksQuery } from './queries'
import styles from './Sinks.module.css'

const names: Record<string, string> = {
  token: 'Token',
  api_key: 'API key',
  signing: 'Signing secret',
  header: 'Header’s value',
  client_key: 'Client key (PEM)',
}

/** Secrets replaces one; none is ever shown again. */
export function Secrets({ sink }: { sink: Sink }) {
  const queries = useQueryClient()
  const [name, setName] = useState(sink.secrets[0] ?? '')
  const [value, setValue] = useState('')
  const rotate = useMutation({
    mutationFn: () => call(rotateSinkSecret({ path: { id: sink.id }, body: { name, value } })),
    onSuccess: () => {
      setValue('')
      return queries.invalidateQueries(sinksQuery)
    },
  })
  if (sink.secrets.length === 0) return null
  const made = name === 'signing' && value === ''
  return (
    <section className={styles.section} aria-labelledby="secrets">
      <h3 id="secrets">Replace a secret</h3>
      <form
        className={styles.form}
        onSubmit={(event) => {
          event.preventDefault()
          rotate.mutate()
        }}
      >
        <Select
          label="Secret"
          data={sink.secrets.map((one) => ({ value: one, label: names[one] ?? one }))}
          value={name}
          allowDeselect={false}
          onChange={(next) => setName(next ?? '')}
        />
        {name === 'client_key' ? (
          <Textarea
            label="New value"
            description="A key in PEM form has several lines"
            rows={3}
            spellCheck={false}
            autoComplete="off"
            value={value}
            onChange={(event) => setValue(event.currentTarget.value)}
          />
        ) : (
          <PasswordInput
            label="New value"
            description={name === 'signing' ? 'Leave it empty and Ambit makes one' : undefined}
            autoComplete="off"
            value={value}
            onChange={(event) => setValue(event.currentTarget.value)}
          />
        )}
        <Note error={rotate.error} />
        <div role="status">
          {rotate.data?.secret && (
            <>
              <p>Give it to the receiver now. It is shown only this once; the former one works for a day.</p>
              <CodeBlock text={rotate.data.secret} what="the signing secret" />
            </>
          )}
          {rotate.isSuccess && !rotate.data.secret && 'Replaced.'}
        </div>
        <div>
          <Button
            type="submit"
            variant="default"
            size="xs"
            loading={rotate.isPending}
            disabled={value === '' && !made}
          >
            Replace
          </Button>
        </div>
      </form>
    </section>
  )
}
