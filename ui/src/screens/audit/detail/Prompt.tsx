import { Button, Group, Modal, Text } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { IconEye } from '@tabler/icons-react'
import { useMutation } from '@tanstack/react-query'
import { call } from '../../../api/client'
import { type EventDetail, readPrompt } from '../../../api/generated'
import { Note } from '../../../elements/States'
import styles from './Detail.module.css'

/** Prompt shows a recorded prompt after a confirmation: its reading is an entry of the ledger itself. */
export function Prompt({ id, prompt }: { id: string; prompt: EventDetail['prompt'] }) {
  const [asking, ask] = useDisclosure(false)
  const read = useMutation({
    mutationFn: () => call(readPrompt({ path: { id } })),
    onSettled: ask.close,
  })
  if (!prompt.recorded) return null

  return (
    <section className={styles.section}>
      <h3 className={styles.sectionTitle}>Prompt</h3>
      <div className={styles.prompt}>
        {read.data ? (
          <pre className={styles.promptText}>{read.data.text}</pre>
        ) : prompt.readable ? (
          <Button variant="default" size="xs" leftSection={<IconEye size={14} />} onClick={ask.open}>
            Read the prompt
          </Button>
        ) : (
          <p className={styles.dim}>
            The prompt is kept in the vault. Auditors and security admins may read it.
          </p>
        )}
        <Note error={read.error} />
      </div>
      <Modal
        opened={asking}
        onClose={ask.close}
        title="Read this prompt?"
        closeButtonProps={{ 'aria-label': 'Close' }}
      >
        <Text size="md">
          The prompt is what the person wrote to the agent. That you read it is recorded in the ledger, with
          your name.
        </Text>
        <Group justify="flex-end" mt="lg">
          <Button variant="default" onClick={ask.close}>
            Cancel
          </Button>
          <Button loading={read.isPending} onClick={() => read.mutate()} data-autofocus>
            Read and record
          </Button>
        </Group>
      </Modal>
    </section>
  )
}
