import { Button, Group, Modal, Text, TextInput } from '@mantine/core'
import { type ReactNode, useState } from 'react'
import { Note } from './States'

interface Props {
  opened: boolean
  onClose: () => void
  title: string
  children: ReactNode
  action: string
  danger?: boolean
  word?: string // to be typed, for what can't be undone and concerns many
  pending: boolean
  error: unknown
  onConfirm: () => void
}

/** Confirm asks before something that people would notice, and says what it means. */
export function Confirm(props: Props) {
  return (
    <Modal
      opened={props.opened}
      onClose={props.onClose}
      title={props.title}
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      {props.opened && <Question {...props} />}
    </Modal>
  )
}

function Question({ onClose, children, action, danger, word, pending, error, onConfirm }: Props) {
  const [typed, setTyped] = useState('')
  const ready = !word || typed.trim().toLowerCase() === word
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault()
        if (ready) onConfirm()
      }}
    >
      <Text size="md" component="div" lh={1.55}>
        {children}
      </Text>
      {word && (
        <TextInput
          mt="md"
          label={`Type “${word}” to confirm`}
          autoComplete="off"
          value={typed}
          onChange={(event) => setTyped(event.currentTarget.value)}
        />
      )}
      <Note error={error} />
      <Group justify="flex-end" mt="lg">
        <Button variant="default" onClick={onClose} data-autofocus>
          Cancel
        </Button>
        <Button type="submit" color={danger ? 'red.9' : undefined} loading={pending} disabled={!ready}>
          {action}
        </Button>
      </Group>
    </form>
  )
}
