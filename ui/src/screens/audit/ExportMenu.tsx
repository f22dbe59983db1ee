import { Button, Menu } from '@mantine/core'
import { IconDownload } from '@tabler/icons-react'
import type { ExportEventsData } from '../../api/generated'
import styles from './FilterBar.module.css'
import { type Filters, queryOf } from './filters'

type Format = NonNullable<NonNullable<ExportEventsData['query']>['format']>

const formats: { format: Format; label: string; words: string }[] = [
  { format: 'jsonl', label: 'JSON Lines', words: 'The events as they are in the ledger' },
  { format: 'csv', label: 'CSV', words: 'For a spreadsheet' },
  { format: 'ocsf', label: 'OCSF', words: 'Open Cybersecurity Schema Framework, JSON Lines' },
]

/** ExportMenu downloads everything that fits the filters, oldest first, as it is or with what proves it. */
export function ExportMenu({ filters }: { filters: Filters }) {
  return (
    <Menu width={290} position="bottom-end">
      <Menu.Target>
        <Button
          variant="default"
          size="xs"
          leftSection={<IconDownload size={14} />}
          className={styles.export}
        >
          Export
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        {formats.map(({ format, label, words }) => (
          // The server names the file; the browser shows how far the download is.
          <Menu.Item key={format} component="a" href={addressOf(filters, format)} download>
            {label}
            <div className={styles.words}>{words}</div>
          </Menu.Item>
        ))}
        <Menu.Divider />
        <Menu.Item component="a" href={`/api/v1/audit/bundle?${parametersOf(filters)}`} download>
          With proofs
          <div className={styles.words}>
            A ZIP archive of the events, a signed checkpoint and a proof for each. Anybody with the ledger’s
            public key can check it: <code>ambit audit prove --check ambit-evidence</code>
          </div>
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  )
}

const parametersOf = (filters: Filters) => new URLSearchParams(queryOf(filters) as Record<string, string>)

function addressOf(filters: Filters, format: Format): string {
  const parameters = parametersOf(filters)
  parameters.set('format', format)
  return `/api/v1/audit/export?${parameters}`
}
