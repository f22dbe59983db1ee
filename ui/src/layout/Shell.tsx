import { ActionIcon, Drawer } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { IconMenu2 } from '@tabler/icons-react'
import { Outlet, useLocation } from '@tanstack/react-router'
import { useEffect } from 'react'
import type { Session } from '../api/generated'
import { Logo } from '../elements/Logo'
import { AccountMenu } from './AccountMenu'
import { Nav } from './Nav'
import styles from './Shell.module.css'

/** Shell is the frame of every signed-in page: navigation beside the page, or in a drawer on a small screen. */
export function Shell({ session }: { session: Session }) {
  const [opened, menu] = useDisclosure(false)
  const { pathname } = useLocation()
  // biome-ignore lint/correctness/useExhaustiveDependencies: closes the drawer when the page changed
  useEffect(() => menu.close(), [pathname])

  return (
    <div className={styles.shell}>
      <a className="skip" href="#main">
        Skip to the page
      </a>
      <aside className={styles.rail}>
        <Brand demo={session.demo} />
        <Nav user={session.user} />
        <div className={styles.foot}>
          <AccountMenu session={session} />
        </div>
      </aside>
      <header className={styles.bar}>
        <ActionIcon variant="subtle" color="gray" onClick={menu.open} aria-label="Open the navigation">
          <IconMenu2 size={18} />
        </ActionIcon>
        <Brand demo={session.demo} />
      </header>
      <Drawer
        opened={opened}
        onClose={menu.close}
        size={264}
        title="Navigation"
        closeButtonProps={{ 'aria-label': 'Close the navigation' }}
      >
        <Nav user={session.user} />
        <div className={styles.foot}>
          <AccountMenu session={session} />
        </div>
      </Drawer>
      <main id="main" className={styles.main} tabIndex={-1}>
        <Outlet />
      </main>
    </div>
  )
}

function Brand({ demo }: { demo: boolean }) {
  return (
    <div className={styles.brand}>
      <Logo />
      <span>Ambit</span>
      {demo && <span className={styles.demo}>Demo</span>}
    </div>
  )
}
