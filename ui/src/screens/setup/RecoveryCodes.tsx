import { Button, Checkbox } from '@mantine/core'
import { IconDownload } from '@tabler/icons-react'
import { useState } from 'react'
import { CopyButton } from '../../elements/CopyButton'
import { Entry } from '../../layout/Entry'
import styles from './Setup.module.css'

/** RecoveryCodes shows the codes this once, and lets nobody go on by accident. */
export function RecoveryCodes({ codes, onDone }: { codes: string[]; onDone: () => void }) {
  const [saved, setSaved] = useState(false)
  const text = `${codes.join('\n')}\n`
  return (
    <Entry
      title="Save the recovery codes"
      step="Step 3 of 4"
      lead="Each replaces the second factor once, should you lose it. They are shown only now."
    >
      <ul className={styles.codes}>
        {codes.map((code) => (
          <li key={code}>
            <code>{code}</code>
          </li>
        ))}
      </ul>
      <div className={styles.row}>
        <CopyButton value={text} what="the codes" label="Copy" />
        <Button
          component="a"
          variant="default"
          size="xs"
          leftSection={<IconDownload size={14} />}
          href={`data:text/plain,${encodeURIComponent(text)}`}
          download="ambit-recovery-codes.txt"
        >
          Download
        </Button>
      </div>
      <Checkbox
        label="I have saved the codes in a safe place"
        checked={saved}
        onChange={(event) => setSaved(event.currentTarget.checked)}
      />
      <Button disabled={!saved} onClick={onDone}>
        Continue
      </Button>
    </Entry>
  )
}
