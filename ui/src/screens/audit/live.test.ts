import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { delayOf, follow, type LiveState } from './live'

class Source {
  static all: Source[] = []
  static CLOSED = 2
  readyState = 0
  onopen = () => {}
  onerror = () => {}
  listeners: Record<string, (message: { data: string; lastEventId: string }) => void> = {}
  constructor(public url: string) {
    Source.all.push(this)
  }
  addEventListener(name: string, listener: (message: { data: string; lastEventId: string }) => void) {
    this.listeners[name] = listener
  }
  close() {
    this.readyState = Source.CLOSED
  }
  opens() {
    this.readyState = 1
    this.onopen()
  }
  fails(readyState: number) {
    this.readyState = readyState
    this.onerror()
  }
}

const states: LiveState[] = []
const came: number[] = []
let position = 40
let onGap = () => Promise.resolve()
const begin = () =>
  follow(
    (after) => `after=${after}`,
    {
      current: {
        address: undefined,
        position: () => position,
        onEvents: (events) => came.push(...events.map((event) => event.seq)),
        onGap: () => onGap(),
      },
    },
    (state) => states.push(state),
  )
const last = () => Source.all.at(-1) as Source

beforeEach(() => {
  vi.useFakeTimers()
  vi.stubGlobal('EventSource', Source)
  Source.all = []
  states.length = 0
  came.length = 0
  position = 40
})
afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

test('leaves a broken connection to the browser, and opens a refused one again, later each time', () => {
  const end = begin()
  last().opens()
  last().fails(0)
  vi.advanceTimersByTime(60_000)
  expect(Source.all).toHaveLength(1)
  for (const [opened, failures] of [0, 1, 2].entries()) {
    last().fails(Source.CLOSED)
    vi.advanceTimersByTime(delayOf(failures, () => 0) - 1)
    expect(Source.all).toHaveLength(opened + 1)
    vi.advanceTimersByTime(delayOf(failures, () => 1))
    expect(Source.all).toHaveLength(opened + 2)
  }
  expect(states.at(-1)).toBe('lost')
  last().opens()
  expect(states.at(-1)).toBe('live')
  last().fails(Source.CLOSED)
  end()
  vi.advanceTimersByTime(60_000)
  expect(Source.all).toHaveLength(4)
})

test('goes on after the last event that came, shown or not', () => {
  begin()
  expect(last().url).toBe('after=40')
  last().listeners.audit?.({ data: '{"seq":42}', lastEventId: '42' })
  last().fails(Source.CLOSED)
  vi.advanceTimersByTime(2000)
  expect(last().url).toBe('after=42')
  expect(came).toEqual([42])
})

test('loads the list again once after a gap, and then goes on from where that ends', async () => {
  let loaded = () => {}
  onGap = () =>
    new Promise((resolve) => {
      loaded = resolve
    })
  begin()
  const first = last()
  first.listeners.gap?.({ data: '{"after":40}', lastEventId: '6000' })
  expect(first.readyState).toBe(Source.CLOSED)
  position = 6010
  loaded()
  await vi.runAllTimersAsync()
  expect(Source.all.map((source) => source.url)).toEqual(['after=40', 'after=6010'])
})
