import { Button, Group } from '@mantine/core'
import styles from './Pager.module.css'

const count = new Intl.NumberFormat('en-GB')

/** Pager leads through a long list; it is not there where everything fits on one page. */
export function Pager({
  page,
  size,
  total,
  onPage,
}: {
  page: number // from 0
  size: number
  total: number
  onPage: (page: number) => void
}) {
  if (total <= size && page === 0) return null
  const last = Math.max(0, Math.ceil(total / size) - 1)
  return (
    <nav className={styles.pager} aria-label="Pages">
      <span className="muted tabular" role="status">
        {total === 0 || page > last
          ? `0 of ${count.format(total)}`
          : `${count.format(page * size + 1)}–${count.format(Math.min(total, (page + 1) * size))} of ${count.format(total)}`}
      </span>
      <Group gap={6}>
        <Button
          variant="default"
          size="xs"
          disabled={page <= 0}
          onClick={() => onPage(Math.min(page - 1, last))}
        >
          Previous
        </Button>
        <Button variant="default" size="xs" disabled={page >= last} onClick={() => onPage(page + 1)}>
          Next
        </Button>
      </Group>
    </nav>
  )
}
