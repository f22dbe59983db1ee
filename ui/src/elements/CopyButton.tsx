import { ActionIcon, Button, CopyButton as Copier, Tooltip } from '@mantine/core'
import { IconCheck, IconCopy } from '@tabler/icons-react'

/** CopyButton copies a text; with `label` it is a button with words, without it an icon named by `what`. */
export function CopyButton({ value, what, label }: { value: string; what: string; label?: string }) {
  return (
    <Copier value={value} timeout={1600}>
      {({ copied, copy }) =>
        label ? (
          <Button
            variant="default"
            size="xs"
            onClick={copy}
            leftSection={copied ? <IconCheck size={14} /> : <IconCopy size={14} />}
          >
            {copied ? 'Copied' : label}
          </Button>
        ) : (
          <Tooltip label={copied ? 'Copied' : `Copy ${what}`}>
            <ActionIcon variant="subtle" color="gray" size="sm" onClick={copy} aria-label={`Copy ${what}`}>
              {copied ? <IconCheck size={14} /> : <IconCopy size={14} />}
            </ActionIcon>
          </Tooltip>
        )
      }
    </Copier>
  )
}
