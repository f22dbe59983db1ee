import { Button, TagsInput } from '@mantine/core'
import { useState } from 'react'
import { call } from '../../api/client'
import { type ConnectionDetail, updateConnection } from '../../api/generated'
import { Chips } from '../../elements/Chips'
import { Note } from '../../elements/States'
import { Panel } from '../../layout/Page'
import { usePeopleLike } from '../../session/people'
import people from '../people/People.module.css'
import { useConnectionChange } from './queries'

/** Testers are who may sign in while the connection is staging. */
export function Testers({ connection, manages }: { connection: ConnectionDetail; manages: boolean }) {
  const [testers, setTesters] = useState(connection.testers)
  const [text, setText] = useState('')
  const known = usePeopleLike(text)
  const save = useConnectionChange(() =>
    call(
      updateConnection({
        path: { id: connection.id },
        body: { name: connection.name, domains: connection.domains, config: connection.config, testers },
      }),
    ),
  )
  if (!manages) {
    return (
      <Panel title="Testers">
        <Chips words={connection.testers} none="None." more={40} />
      </Panel>
    )
  }
  return (
    <Panel title="Testers">
      <form
        className={people.form}
        onSubmit={(event) => {
          event.preventDefault()
          save.mutate(undefined)
        }}
      >
        <TagsInput
          label="Who may sign in while this is staging"
          description="E-mail addresses as the identity provider sends them, in a domain of this connection; or subjects."
          data={known.map((person) => person.email)}
          value={testers}
          onChange={setTesters}
          searchValue={text}
          onSearchChange={setText}
          splitChars={[',', ' ']}
          maxTags={500}
        />
        {connection.stage === 'staging' && (
          <div className="muted">
            The sign-in page doesn’t offer a staging connection: send testers the address{' '}
            <code>{new URL(`/sso/${connection.id}/login`, window.location.origin).href}</code>
          </div>
        )}
        <Note error={save.error} />
        <div>
          <Button
            type="submit"
            variant="default"
            loading={save.isPending}
            disabled={testers.join('\n') === connection.testers.join('\n')}
          >
            Save testers
          </Button>
        </div>
      </form>
    </Panel>
  )
}
