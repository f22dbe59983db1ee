import { useCallback, useState } from 'react'

/** Draft is a text being edited and the published version that it started from. */
export interface Draft {
  source: string
  base: number
}

const shelf = 'ambit-policy-draft'

/** useDraft keeps the draft for this browser tab, so that a reload or a look at the audit list doesn't lose it. */
export function useDraft() {
  const [draft, setDraft] = useState<Draft | undefined>(read)
  const keep = useCallback((next: Draft | undefined) => {
    setDraft(next)
    if (next) sessionStorage.setItem(shelf, JSON.stringify(next))
    else sessionStorage.removeItem(shelf)
  }, [])
  return [draft, keep] as const
}

function read(): Draft | undefined {
  try {
    const kept: unknown = JSON.parse(sessionStorage.getItem(shelf) ?? 'null')
    if (typeof kept !== 'object' || kept === null) return undefined
    const { source, base } = kept as Partial<Draft>
    return typeof source === 'string' && typeof base === 'number' ? { source, base } : undefined
  } catch {
    return undefined
  }
}
