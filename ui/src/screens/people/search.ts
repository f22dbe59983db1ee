const states = ['active', 'disabled', 'duplicate', 'privileged'] as const

/** PeopleSearch is what the address of the people page says. */
export interface PeopleSearch {
  q?: string
  group?: string
  connection?: string
  state?: (typeof states)[number]
  page?: number // from 0
}

/** readPeopleSearch takes from an address what it knows, and drops the rest: anyone may edit an address. */
export function readPeopleSearch(search: Record<string, unknown>): PeopleSearch {
  const text = (value: unknown, limit: number) => {
    const words = typeof value === 'number' ? String(value) : value // the router reads ?q=42 as a number
    return typeof words === 'string' && words.trim() !== '' ? words.slice(0, limit) : undefined
  }
  const page = Number(search.page)
  return compact({
    q: text(search.q, 200),
    group: text(search.group, 200),
    connection: text(search.connection, 40),
    state: states.find((state) => state === search.state),
    page: Number.isInteger(page) && page > 0 && page < 1e6 ? page : undefined,
  })
}

/** changed is a search with something else wanted; it starts on the first page. */
export function changed(search: PeopleSearch, change: PeopleSearch): PeopleSearch {
  return compact({ ...search, page: undefined, ...change })
}

function compact(search: PeopleSearch): PeopleSearch {
  return Object.fromEntries(Object.entries(search).filter(([, value]) => value !== undefined && value !== ''))
}
