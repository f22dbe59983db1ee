import { useEffect, useRef, useState } from 'react'
import type { AuditEvent } from '../../api/generated'

export type LiveState = 'off' | 'connecting' | 'live' | 'lost'

interface Options {
  address: string | undefined // undefined: don't follow
  onEvents: (events: AuditEvent[]) => void
  onGap: () => void // the reader was too slow for the server: the list must be loaded again
}

// Events that arrive together are shown together: at thousands a second one rendering each would stall the page.
const gatherMs = 120

/** useLive follows the ledger. EventSource reconnects by itself and names the last event it saw, so nothing is missed. */
export function useLive({ address, onEvents, onGap }: Options): LiveState {
  const [state, setState] = useState<LiveState>('off')
  const latest = useRef({ onEvents, onGap })
  latest.current = { onEvents, onGap }

  useEffect(() => {
    if (!address) {
      setState('off')
      return
    }
    setState('connecting')
    let gathered: AuditEvent[] = []
    let timer: number | undefined
    const flush = () => {
      timer = undefined
      latest.current.onEvents(gathered)
      gathered = []
    }
    const source = new EventSource(address)
    source.onopen = () => setState('live')
    source.onerror = () => setState('lost')
    source.addEventListener('audit', (message) => {
      gathered.push(JSON.parse(message.data) as AuditEvent)
      timer ??= window.setTimeout(flush, gatherMs)
    })
    source.addEventListener('gap', () => latest.current.onGap())
    return () => {
      source.close()
      window.clearTimeout(timer)
    }
  }, [address])

  return state
}
