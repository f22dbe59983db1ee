import { type RefObject, useEffect, useRef } from 'react'
import type { AuditEvent } from '../../api/generated'
import type { EventListHandle } from './EventList'

interface Options {
  list: RefObject<EventListHandle | null>
  events: AuditEvent[]
  selected: number
  detail: boolean
  open: (event: AuditEvent | undefined, replace?: boolean) => void
}

/** useListKeys: j and k go down and up, Escape closes the detail, / goes to the search. */
export function useListKeys(options: Options) {
  const latest = useRef(options)
  latest.current = options

  useEffect(() => {
    const onKey = (key: KeyboardEvent) => {
      const { list, events, selected, detail, open } = latest.current
      if (key.defaultPrevented || key.ctrlKey || key.metaKey || key.altKey || isTyping(key.target)) return
      if (key.key === 'Escape' && detail) {
        open(undefined)
        if (selected >= 0) requestAnimationFrame(() => list.current?.focus(selected))
      } else if (key.key === '/') {
        document.querySelector<HTMLInputElement>('[data-search]')?.focus()
      } else if (key.key === 'j' || key.key === 'k') {
        const from = detail ? selected : (list.current?.focused() ?? -1)
        const to = Math.max(0, Math.min(events.length - 1, from + (key.key === 'j' ? 1 : -1)))
        const event = events[to]
        if (!event) return
        list.current?.focus(to)
        if (detail) open(event, true)
      } else return
      key.preventDefault()
    }
    window.addEventListener('keydown', onKey)
    return () => window.removeEventListener('keydown', onKey)
  }, [])
}

function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false
  return (
    target.isContentEditable ||
    ['INPUT', 'TEXTAREA', 'SELECT'].includes(target.tagName) ||
    !!target.closest('[role=dialog]')
  )
}
