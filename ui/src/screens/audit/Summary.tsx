import { useQuery } from '@tanstack/react-query'
import type { Summary as Counts } from '../../api/generated'
import { summaryQuery } from './events'
import { type Filters, presets } from './filters'
import styles from './Summary.module.css'

const stats = [
  { key: undefined, label: 'decisions' },
  { key: 'allow', label: 'allowed' },
  { key: 'deny', label: 'refused' },
  { key: 'hold', label: 'held' },
] as const

/** Summary shows how many decisions there were and when; its parts set filters. */
export function Summary({ filters, onChange }: { filters: Filters; onChange: (filters: Filters) => void }) {
  const span = filters.since && presets[filters.since] ? filters.since : '7d'
  const { data } = useQuery(summaryQuery(span))
  const count = (key: string | undefined) =>
    key === undefined ? data?.decisions : (data?.by_effect.find((entry) => entry.key === key)?.count ?? 0)

  return (
    <div className={styles.summary}>
      <fieldset className={styles.stats}>
        <legend className={styles.legend}>{presets[span]?.label}</legend>
        {stats.map(({ key, label }) => (
          <button
            type="button"
            key={label}
            className={styles.stat}
            data-effect={key}
            aria-pressed={key ? filters.effect === key : !filters.effect}
            onClick={() => onChange({ ...filters, effect: filters.effect === key ? undefined : key })}
          >
            <span className={styles.count}>{data ? count(key)?.toLocaleString('en') : '–'}</span>
            <span className={styles.label}>{label}</span>
          </button>
        ))}
      </fieldset>
      {data && data.histogram.length > 0 && <Histogram data={data} />}
    </div>
  )
}

const height = 44

function Histogram({ data }: { data: Counts }) {
  const buckets = data.histogram
  const most = Math.max(1, ...buckets.map((bucket) => bucket.allow + bucket.deny + bucket.hold))
  const scale = (count: number) => (count === 0 ? 0 : Math.max(1.5, (count / most) * height))
  return (
    <svg
      className={styles.chart}
      viewBox={`0 0 ${buckets.length * 4} ${height}`}
      preserveAspectRatio="none"
      role="img"
      aria-label={`Decisions over time: at most ${most} in one step`}
    >
      {buckets.map((bucket, i) => {
        const deny = scale(bucket.deny)
        const hold = scale(bucket.hold)
        const allow = scale(bucket.allow)
        return (
          <g key={bucket.at}>
            <title>
              {new Date(bucket.at).toLocaleString('en-GB', { dateStyle: 'medium', timeStyle: 'short' })}:{' '}
              {bucket.allow} allowed, {bucket.deny} refused, {bucket.hold} held
            </title>
            <rect x={i * 4} y={0} width={4} height={height} fill="transparent" />
            <rect className={styles.allow} x={i * 4 + 0.5} y={height - allow} width={3} height={allow} />
            <rect className={styles.hold} x={i * 4 + 0.5} y={height - allow - hold} width={3} height={hold} />
            <rect
              className={styles.deny}
              x={i * 4 + 0.5}
              y={height - allow - hold - deny}
              width={3}
              height={deny}
            />
          </g>
        )
      })}
    </svg>
  )
}
