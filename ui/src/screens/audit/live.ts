import { useEffect, useRef, useState } from 'react'
import type { AuditEvent } from '../../api/generated'

export type LiveState = 'off' | 'connecting' | 'live' | 'lost'

interface Options {
  address: ((after: number) => string) | undefined // undefined: don't follow
  position: () => number // the seq up to which the list is complete
  onEvents: (events: AuditEvent[]) => void
  onGap: () => Promise<unknown> // too much lies between for the server to send: the list must be loaded again
}

// Events that arrive together are shown together: at thousands a second one rendering each would stall the page.
const gatherMs = 120

/**
 * useLive follows the ledger from the list's position on. A tab in the background lets go of its connection, because a
 * browser has few for each server (six under HTTP/1.1); when it is looked at again it goes on where it stopped.
 */
export function useLive(options: Options): LiveState {
  const { address } = options
  const [state, setState] = useState<LiveState>('off')
  const visible = useVisible()
  const latest = useRef(options)
  latest.current = options

  useEffect(() => {
    if (!address || !visible) {
      setState('off')
      return
    }
    return follow(address, latest, setState)
  }, [address, visible])

  return state
}

/**
 * follow holds one stream open until the function that it gives is called. EventSource connects again by itself when a
 * connection breaks, and names the last event it saw; an answer other than 200, as while the server starts, ends it for
 * good, so then a new one is opened, later each time.
 */
export function follow(
  address: (after: number) => string,
  latest: { current: Options },
  setState: (state: LiveState) => void,
): () => void {
  let source: EventSource | undefined
  let gathered: AuditEvent[] = []
  let gathering: number | undefined
  let opening: number | undefined
  let failures = 0
  let seen = 0 // seq of the last event that came
  let ended = false

  const flush = () => {
    window.clearTimeout(gathering)
    gathering = undefined
    if (gathered.length > 0) latest.current.onEvents(gathered)
    gathered = []
  }
  const open = () => {
    setState(failures > 0 ? 'lost' : 'connecting')
    source = new EventSource(address(Math.max(seen, latest.current.position())))
    source.onopen = () => {
      failures = 0
      setState('live')
    }
    source.onerror = () => {
      setState('lost')
      if (source?.readyState === EventSource.CLOSED) opening = window.setTimeout(open, delayOf(failures++))
    }
    source.addEventListener('audit', (message) => {
      seen = Number(message.lastEventId)
      gathered.push(JSON.parse(message.data) as AuditEvent)
      gathering ??= window.setTimeout(flush, gatherMs)
    })
    // The list that is loaded has its own position: what a stream from an earlier one sent meanwhile would be lost in it.
    source.addEventListener('gap', () => {
      source?.close()
      setState('connecting')
      void latest.current.onGap().then(() => {
        if (!ended) opening = window.setTimeout(open, delayOf(0)) // a list that can't be loaded must not make this spin
      })
    })
  }
  open()
  return () => {
    ended = true
    source?.close()
    window.clearTimeout(gathering)
    window.clearTimeout(opening)
  }
}

/** delayOf is how long to wait before a stream is opened again: a second, twice as long each time, half a minute at most. */
export function delayOf(failures: number, random = Math.random): number {
  const whole = Math.min(30_000, 1000 * 2 ** failures)
  return whole / 2 + (whole / 2) * random() // apart, so that all tabs don't come back in the same moment
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
