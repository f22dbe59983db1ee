import { Button, Modal, Textarea } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { call } from '../../api/client'
import { type Policy, publishPolicy } from '../../api/generated'
import { Refusal } from '../../api/problem'
import { Note } from '../../elements/States'
import type { Draft } from './draft'
import { Diff } from './editor/Diff'
import styles from './Menus.module.css'
import { policyQuery } from './queries'

interface Props {
  opened: boolean
  published: Policy
  draft: Draft | undefined
  onClose: () => void
  onRebase: (base: number) => void
  onPublished: (version: number) => void
}

/** Publish shows what would change and asks why, before it takes effect. */
export function Publish({ opened, published, draft, onClose, onRebase, onPublished }: Props) {
  const [comment, setComment] = useState('')
  const queries = useQueryClient()
  const publish = useMutation({
    mutationFn: (body: Draft) =>
      call(
        publishPolicy({
          body: { source: body.source, base_version: body.base, comment: comment.trim() || undefined },
        }),
      ),
    onSuccess: async (answer) => {
      setComment('')
      await queries.invalidateQueries({ queryKey: ['policy'] })
      await queries.invalidateQueries({ queryKey: ['session'] })
      onPublished(answer.version)
    },
    onError: async (error) => {
      // Someone else was faster: load theirs, so that the comparison below is with what is in force now.
      if (error instanceof Refusal && error.status === 409) await queries.invalidateQueries(policyQuery)
    },
  })
  const stale = draft !== undefined && draft.base !== published.version

  return (
    <Modal
      opened={opened && draft !== undefined}
      onClose={onClose}
      title="Review and publish"
      size={860}
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      {draft && (
        <form
          className={styles.form}
          onSubmit={(event) => {
            event.preventDefault()
            publish.mutate(draft)
          }}
        >
          {stale && (
            <div className={styles.conflict} role="alert">
              {published.by ?? 'Someone'} published version {published.version} while you worked on version{' '}
              {draft.base}
              {published.comment ? ` (“${published.comment}”)` : ''}. Your text is compared with theirs below:
              publishing it undoes whatever of theirs the comparison shows as removed.
            </div>
          )}
          <Diff
            from={published.source}
            to={draft.source}
            label={`Changes against version ${published.version}`}
          />
          <Textarea
            label="Why this change"
            description="Recorded with the version, for reviewers and auditors"
            placeholder="Allow npm test in the web repositories"
            autosize
            minRows={2}
            data-autofocus
            value={comment}
            onChange={(event) => setComment(event.currentTarget.value)}
          />
          {!stale && <Note error={publish.error} />}
          <div className={styles.end}>
            <Button variant="default" onClick={onClose}>
              Keep editing
            </Button>
            {stale ? (
              // Keys, or React would turn this button into the one that submits while its click is still going on.
              <Button
                key="compared"
                color="orange.9"
                onClick={() => {
                  publish.reset()
                  onRebase(published.version)
                }}
              >
                I have compared them
              </Button>
            ) : (
              <Button key="publish" type="submit" loading={publish.isPending}>
                Publish version {published.version + 1}
              </Button>
            )}
          </div>
        </form>
      )}
    </Modal>
  )
}
