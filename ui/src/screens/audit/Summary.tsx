import { useQuery } from '@tanstack/react-query'
import { fullTime } from '../../elements/times'
import { summaryQuery } from './events'
import { type Filters, presets, spanOf } from './filters'
import { Histogram } from './Histogram'
import styles from './Summary.module.css'

const stats = [
  { key: undefined, label: 'decisions' },
  { key: 'allow', label: 'allowed' },
  { key: 'deny', label: 'refused' },
  { key: 'hold', label: 'held' },
] as const

/** Summary shows how many decisions fit the filters, and when; its parts set filters. */
export function Summary({ filters, onChange }: { filters: Filters; onChange: (filters: Filters) => void }) {
  const { data } = useQuery(summaryQuery(filters))
  const count = (key: string | undefined) =>
    key === undefined ? data?.decisions : (data?.by_effect.find((entry) => entry.key === key)?.count ?? 0)
  const { since } = spanOf(filters)

  return (
    <div className={styles.summary}>
      <fieldset className={styles.stats}>
        <legend className={styles.legend}>
          {presets[since]?.label ?? 'Chosen time'}
          {data && !data.complete && `: the newest, since ${fullTime(data.from)}`}
        </legend>
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
      {data && data.histogram.length > 0 && (
        <Histogram data={data} onSelect={(from, until) => onChange({ ...filters, since: from, until })} />
      )}
    </div>
  )
}
