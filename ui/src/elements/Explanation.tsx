import { IconBulb } from '@tabler/icons-react'
import type { Effects, Finding, LayerVerdict } from '../api/generated'
import { EffectBadge, verdictOf } from './EffectBadge'
import styles from './Explanation.module.css'

interface Props {
  reason: string
  hint: string | undefined
  findings: Finding[]
  layers: LayerVerdict[]
  effects: Effects | undefined
}

/** Explanation says why: the reason, what would be allowed, what each layer said and what the action would touch. */
export function Explanation({ reason, hint, findings, layers, effects }: Props) {
  return (
    <div className={styles.explanation}>
      <div>
        <p className={styles.reason}>{reason}</p>
        {hint && (
          <p className={styles.hint}>
            <IconBulb size={16} stroke={1.7} aria-hidden />
            <span>{hint}</span>
          </p>
        )}
      </div>
      {!(findings.length === 1 && findings[0]?.message === reason) && findings.length > 0 && (
        <Findings findings={findings} />
      )}
      {layers.length > 0 && <Layers layers={layers} />}
      {effects && <Touches effects={effects} />}
    </div>
  )
}

function Findings({ findings }: { findings: Finding[] }) {
  return (
    <section>
      <h3 className={styles.title}>What speaks against it</h3>
      <ul className={styles.list}>
        {findings.map((finding, i) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: findings have no identity but their place
          <li key={i} className={styles.finding} data-relaxed={!!finding.relaxed}>
            <span className={styles.where}>
              {finding.layer || 'Always'} · {finding.control}
              {finding.rule && (
                <>
                  {' · '}
                  <code>{finding.rule}</code>
                </>
              )}
            </span>
            <span>{finding.message}</span>
            {finding.relaxed && (
              <span className={styles.where}>Set aside by exception {finding.relaxed}</span>
            )}
          </li>
        ))}
      </ul>
    </section>
  )
}

function Layers({ layers }: { layers: LayerVerdict[] }) {
  return (
    <section>
      <h3 className={styles.title}>Layer by layer</h3>
      <ol className={styles.list}>
        {layers.map((layer) => (
          <li key={layer.layer} className={styles.layer}>
            <EffectBadge verdict={verdictOf({ effect: layer.effect, enforced: layer.mode === 'enforce' })} />
            <div>
              <div>
                <span className={styles.name}>{layer.layer}</span>
                {layer.matched && <span className={styles.where}> · {layer.matched}</span>}
              </div>
              {layer.message ? (
                <div className={styles.message}>{layer.message}</div>
              ) : (
                layer.rule && (
                  <div className={styles.message}>
                    by <code>{layer.rule}</code>
                  </div>
                )
              )}
            </div>
          </li>
        ))}
      </ol>
    </section>
  )
}

function Touches({ effects }: { effects: Effects }) {
  const groups = [
    { label: 'Runs', items: effects.commands ?? [] },
    { label: 'Reads', items: effects.reads ?? [] },
    { label: 'Writes', items: effects.writes ?? [] },
  ].filter((group) => group.items.length > 0)
  if (groups.length === 0) return null
  return (
    <section>
      <h3 className={styles.title}>What it would touch</h3>
      <dl className={styles.touches}>
        {groups.map((group) => (
          <div key={group.label}>
            <dt>{group.label}</dt>
            <dd>
              {[...new Set(group.items)].map((item) => (
                <code key={item}>{item}</code>
              ))}
            </dd>
          </div>
        ))}
      </dl>
      {effects.unresolved && <p className={styles.where}>Paths as written: nobody resolved their links.</p>}
    </section>
  )
}
