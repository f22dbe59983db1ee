import { Button, Drawer } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { IconHistory } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import type { Policy } from '../../../api/generated'
import { Empty, Failure, Loading } from '../../../elements/States'
import { ago, fullTime } from '../../../elements/times'
import { Diff } from '../editor/Diff'
import styles from '../Menus.module.css'
import { versionQuery, versionsQuery } from '../queries'

interface Props {
  published: Policy
  source: string // the editor's text
  onLoad: (source: string) => void
}

/** Versions lists what was ever published; any of it can be compared with the editor and loaded into it. */
export function Versions({ published, source, onLoad }: Props) {
  const [opened, drawer] = useDisclosure(false)
  const versions = useQuery({ ...versionsQuery, enabled: opened })
  const load = (text: string) => {
    onLoad(text)
    drawer.close()
  }
  return (
    <>
      <Button variant="default" leftSection={<IconHistory size={15} />} onClick={drawer.open}>
        Versions
      </Button>
      <Drawer
        opened={opened}
        onClose={drawer.close}
        position="right"
        size={560}
        title="Versions"
        closeButtonProps={{ 'aria-label': 'Close' }}
      >
        {versions.isPending && <Loading what="versions" />}
        {versions.isError && <Failure error={versions.error} again={() => versions.refetch()} />}
        {versions.data?.versions.length === 0 && <Empty title="No version has been published yet." />}
        <ul className={styles.versions}>
          {versions.data?.versions.map((version) => (
            <li key={version.version} className={styles.version}>
              <div className={styles.versionHead}>
                <span className={styles.name}>
                  Version {version.version}
                  {version.version === published.version && <span className={styles.current}>In force</span>}
                </span>
                <span className="muted" title={fullTime(version.published_at)}>
                  {ago(version.published_at)} by {version.by}
                </span>
              </div>
              <p className={styles.comment}>{version.comment || <span className="muted">No comment</span>}</p>
              <Actions version={version.version} source={source} onLoad={load} />
            </li>
          ))}
        </ul>
      </Drawer>
    </>
  )
}

function Actions({
  version,
  source,
  onLoad,
}: {
  version: number
  source: string
  onLoad: (source: string) => void
}) {
  const [comparing, setComparing] = useState(false)
  const text = useQuery({ ...versionQuery(version), enabled: comparing })
  const load = useQuery({ ...versionQuery(version), enabled: false })
  return (
    <>
      <div className={styles.buttons}>
        <Button
          size="compact-xs"
          variant="default"
          aria-expanded={comparing}
          onClick={() => setComparing((before) => !before)}
        >
          {comparing ? 'Hide the comparison' : 'Compare with the editor'}
        </Button>
        <Button
          size="compact-xs"
          variant="default"
          onClick={async () => {
            const answer = await load.refetch()
            if (answer.data) onLoad(answer.data.source)
          }}
        >
          Load into the editor
        </Button>
      </div>
      {comparing && text.isError && <Failure error={text.error} />}
      {comparing && text.data && (
        <div style={{ marginTop: 10 }}>
          <Diff from={text.data.source} to={source} label={`The editor against version ${version}`} />
        </div>
      )}
    </>
  )
}
