import { Button } from '@mantine/core'
import { useDebouncedValue, useDisclosure } from '@mantine/hooks'
import { useQuery } from '@tanstack/react-query'
import { useRef, useState } from 'react'
import type { Policy } from '../../api/generated'
import { ago } from '../../elements/times'
import { hasRole } from '../../session/roles'
import { useSession } from '../../session/session'
import styles from './Desk.module.css'
import { useDraft } from './draft'
import { Editor, type EditorHandle } from './editor/Editor'
import type { Schema } from './editor/schema'
import { PackMenu } from './PackMenu'
import { Problems } from './Problems'
import { Publish } from './Publish'
import { checkQuery, policySchemaQuery } from './queries'
import { Try } from './try/Try'
import { Versions } from './versions/Versions'

/** Desk is where a policy is written: the editor, what is wrong with the text, and an action to try it on. */
export function Desk({ published }: { published: Policy }) {
  const { data: session } = useSession()
  const mayPublish = hasRole(session?.user, 'security_admin')
  const [draft, setDraft] = useDraft()
  const source = draft?.source ?? published.source
  const changed = draft !== undefined && draft.source !== published.source
  const edit = (text: string) =>
    setDraft(text === published.source ? undefined : { source: text, base: draft?.base ?? published.version })

  // The server judges the text: the findings here are the same as those of `ambit policy check`.
  const [settled] = useDebouncedValue(source, 250)
  const check = useQuery({
    ...checkQuery(settled),
    enabled: settled !== '',
    placeholderData: (before) => before,
  })
  const problems = settled === '' ? noProblems : (check.data?.problems ?? noProblems)
  const broken = problems.some((problem) => problem.severity === 'error')
  const current = settled === source && check.isSuccess && !check.isPlaceholderData

  const schema = useQuery(policySchemaQuery)
  const editor = useRef<EditorHandle>(null)
  const [publishing, publish] = useDisclosure(false)
  const [notice, setNotice] = useState('')

  return (
    <div className={styles.desk}>
      <header className={styles.head}>
        <div>
          <h1 className={styles.title}>Policy</h1>
          <p className={styles.state} role="status">
            {changed ? <span className={styles.draft}>Draft</span> : null}
            {published.version > 0
              ? `${changed ? 'on top of' : 'Published:'} version ${changed ? draft.base : published.version}`
              : 'Nothing is published yet: every action is refused'}
            {!changed && published.published_at && `, ${ago(published.published_at)} by ${published.by}`}
            {notice && ` · ${notice}`}
          </p>
        </div>
        <div className={styles.actions}>
          {changed && (
            <Button variant="subtle" color="gray" onClick={() => setDraft(undefined)}>
              Discard draft
            </Button>
          )}
          <PackMenu onLoad={edit} replaces={changed} />
          <Versions published={published} source={source} onLoad={edit} />
          {mayPublish && (
            <Button disabled={!changed || broken || !current} onClick={publish.open}>
              Review and publish
            </Button>
          )}
        </div>
      </header>
      <div className={styles.body}>
        <section className={styles.write} aria-label="Policy document">
          <div className={styles.editor}>
            <Editor
              ref={editor}
              value={source}
              onChange={edit}
              problems={problems}
              schema={schema.data as Schema | undefined}
            />
          </div>
          <Problems
            problems={problems}
            checking={!current}
            error={check.error}
            onGo={(problem) => editor.current?.goTo(problem.line, problem.column)}
          />
        </section>
        <Try source={source} broken={broken} />
      </div>
      <Publish
        opened={publishing}
        published={published}
        draft={draft}
        onClose={publish.close}
        onRebase={(base) => draft && setDraft({ ...draft, base })}
        onPublished={(version) => {
          setDraft(undefined)
          setNotice(`Version ${version} is published and in force`)
          publish.close()
        }}
      />
    </div>
  )
}

const noProblems: never[] = []
