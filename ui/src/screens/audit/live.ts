import { useEffect, useRef, useState } from 'react'
import type { AuditEvent } from '../../api/generated'

export type LiveState = 'off' | 'connecting' | 'live' | 'lost'

interface Options {
  address: ((after: number) => string) | undefined // undefined: don't follow
  newest: number // the newest event that is shown
  onEvents: (events: AuditEvent[]) => void
  onGap: () => void // the reader was too slow for the server: the list must be loaded again
}

// Events that arrive together are shown together: at thousands a second one rendering each would stall the page.
const gatherMs = 120

/**
 * useLive follows the ledger. EventSource reconnects by itself and names the last event it saw, so nothing is missed.
 * A tab in the background lets go of its connection, because a browser has few for each server (six under HTTP/1.1);
 * when it is looked at again it goes on where it stopped.
 */
export function useLive({ address, newest, onEvents, onGap }: Options): LiveState {
  const [state, setState] = useState<LiveState>('off')
  const visible = useVisible()
  const latest = useRef({ newest, onEvents, onGap })
  latest.current = { newest, onEvents, onGap }

  useEffect(() => {
    if (!address || !visible) {
      setState('off')
      return
    }
    setState('connecting')
    let gathered: AuditEvent[] = []
    let timer: number | undefined
    const flush = () => {
      window.clearTimeout(timer)
      timer = undefined
      if (gathered.length > 0) latest.current.onEvents(gathered)
      gathered = []
    }
    const source = new EventSource(address(latest.current.newest))
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
  }, [address, visible])

  return state
}

function useVisible(): boolean {
  const [visible, setVisible] = useState(() => document.visibilityState === 'visible')
  useEffect(() => {
    const look = () => setVisible(document.visibilityState === 'visible')
    document.addEventListener('visibilitychange', look)
    return () => document.removeEventListener('visibilitychange', look)
  }, [])
  return visible
}
