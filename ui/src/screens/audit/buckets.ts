import type { Summary } from '../../api/generated'

/** bucketAt is the number of the bar at a place of the chart, also where the pointer has left it. */
export function bucketAt(x: number, width: number, count: number): number {
  if (width <= 0 || count <= 0) return 0
  return Math.max(0, Math.min(count - 1, Math.floor((x / width) * count)))
}

/** rangeOf is the time from the beginning of one bar to the end of another, whichever comes first. */
export function rangeOf(
  { histogram, bucket_s }: Pick<Summary, 'histogram' | 'bucket_s'>,
  a: number,
  b: number,
): { since: string; until: string } {
  const at = (i: number) => new Date(histogram[i]?.at ?? 0).getTime()
  const first = Math.min(a, b)
  const last = Math.max(a, b)
  return {
    since: new Date(at(first)).toISOString(),
    until: new Date(at(last) + bucket_s * 1000).toISOString(),
  }
}
