import { Button, Menu } from '@mantine/core'
import { IconChevronDown } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import styles from './Menus.module.css'
import { packsQuery } from './queries'

/** PackMenu loads a starter pack into the editor; nothing is published by that. */
export function PackMenu({ onLoad, replaces }: { onLoad: (source: string) => void; replaces: boolean }) {
  const packs = useQuery(packsQuery)
  return (
    <Menu width={330} position="bottom-end">
      <Menu.Target>
        <Button variant="default" rightSection={<IconChevronDown size={14} />}>
          Starter packs
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>{replaces ? 'Replaces your draft' : 'Loads into the editor'}</Menu.Label>
        {packs.isError && <Menu.Label>The packs could not be loaded.</Menu.Label>}
        {packs.data?.packs.map((pack) => (
          <Menu.Item key={pack.name} onClick={() => onLoad(pack.source)}>
            <div className={styles.name}>{pack.title}</div>
            <div className={styles.words}>{pack.description}</div>
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  )
}
