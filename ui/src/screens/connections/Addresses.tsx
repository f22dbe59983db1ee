import type { ConnectionUrls } from '../../api/generated'
import { CopyButton } from '../../elements/CopyButton'
import styles from './Connections.module.css'
import { urlLabels } from './presets'

const order = ['callback', 'acs', 'entity_id', 'post_logout', 'backchannel_logout', 'scim'] as const

/** Addresses are ours, to copy into the identity provider's forms, under the names that it has for them. */
export function Addresses({
  urls,
  labels = {},
}: {
  urls: ConnectionUrls
  labels?: Partial<Record<keyof ConnectionUrls, string>>
}) {
  return (
    <dl className={styles.addresses}>
      {order.map((key) => {
        const url = urls[key]
        if (!url) return null
        const label = labels[key] ?? urlLabels[key] ?? key
        return (
          <div key={key}>
            <dt>{label}</dt>
            <dd>
              <code>{url}</code>
              <CopyButton value={url} what={label} />
            </dd>
          </div>
        )
      })}
    </dl>
  )
}
