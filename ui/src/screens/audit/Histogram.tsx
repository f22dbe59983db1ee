import { type PointerEvent, useState } from 'react'
import type { Summary as Counts } from '../../api/generated'
import { bucketAt, rangeOf } from './buckets'
import styles from './Summary.module.css'

const height = 44
const step = 4

interface Props {
  data: Counts
  onSelect: (since: string, until: string) => void
}

/** Histogram draws decisions over time. A click chooses one bar's time, a drag that of several; the filters do it by keyboard. */
export function Histogram({ data, onSelect }: Props) {
  const [drag, setDrag] = useState<{ from: number; to: number }>()
  const buckets = data.histogram
  const most = Math.max(1, ...buckets.map((bucket) => bucket.allow + bucket.deny + bucket.hold))
  const scale = (count: number) => (count === 0 ? 0 : Math.max(1.5, (count / most) * height))
  const at = (event: PointerEvent<SVGSVGElement>) => {
    const { left, width } = event.currentTarget.getBoundingClientRect()
    return bucketAt(event.clientX - left, width, buckets.length)
  }
  const first = drag && Math.min(drag.from, drag.to)
  return (
    <svg
      className={styles.chart}
      viewBox={`0 0 ${buckets.length * step} ${height}`}
      preserveAspectRatio="none"
      role="img"
      aria-label={`Decisions over time: at most ${most} in one step`}
      onPointerDown={(event) => {
        if (event.button !== 0) return
        event.currentTarget.setPointerCapture(event.pointerId)
        setDrag({ from: at(event), to: at(event) })
      }}
      onPointerMove={(event) => drag && setDrag({ ...drag, to: at(event) })}
      onPointerCancel={() => setDrag(undefined)}
      onPointerUp={(event) => {
        if (!drag) return
        setDrag(undefined)
        const { since, until } = rangeOf(data, drag.from, at(event))
        onSelect(since, until)
      }}
    >
      {first !== undefined && drag && (
        <rect
          className={styles.selection}
          x={first * step}
          y={0}
          width={(Math.abs(drag.to - drag.from) + 1) * step}
          height={height}
        />
      )}
      {buckets.map((bucket, i) => {
        const deny = scale(bucket.deny)
        const hold = scale(bucket.hold)
        const allow = scale(bucket.allow)
        const bar = { x: i * step + 0.5, width: step - 1 }
        return (
          <g key={bucket.at}>
            <title>
              {new Date(bucket.at).toLocaleString('en-GB', { dateStyle: 'medium', timeStyle: 'short' })}:{' '}
              {bucket.allow} allowed, {bucket.deny} refused, {bucket.hold} held
            </title>
            <rect x={i * step} y={0} width={step} height={height} fill="transparent" />
            <rect className={styles.allow} {...bar} y={height - allow} height={allow} />
            <rect className={styles.hold} {...bar} y={height - allow - hold} height={hold} />
            <rect className={styles.deny} {...bar} y={height - allow - hold - deny} height={deny} />
          </g>
        )
      })}
    </svg>
  )
}
