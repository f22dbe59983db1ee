import { useQueryClient } from '@tanstack/react-query'
import { Outlet, useLocation, useMatches, useNavigate } from '@tanstack/react-router'
import { useEffect, useRef } from 'react'
import type { Session } from '../api/generated'
import { Failure } from '../elements/States'
import { roomsFor } from '../layout/Nav'
import { Bare } from '../layout/Page'
import { Shell } from '../layout/Shell'
import { askAgain, useSession } from '../session/session'
import { NotSetUp } from './NotSetUp'

/** Door decides by the session what a visitor sees: set-up, sign-in or the house. */
export function Door() {
  const session = useSession()
  // While a page is being loaded, the address is already the next page's and the route still the last one's.
  const route = useMatches({ select: (matches) => matches.at(-1)?.routeId })
  const { pathname } = useLocation()
  useStillSignedIn(pathname)
  if (session.isPending) return null
  if (session.isError && !session.data) {
    return (
      <Bare title="Ambit">
        <Failure error={session.error} again={() => session.refetch()} />
      </Bare>
    )
  }
  if (route === '/setup') return <Outlet />
  if (session.data.state === 'setup') return <NotSetUp />
  if (session.data.state === 'signed_out') {
    if (pathname !== '/sign-in') return <ToSignIn />
    return route === '/sign-in' ? <Outlet /> : null
  }
  if (pathname === '/' || pathname === '/sign-in') return <ToFirstRoom session={session.data} />
  if (route === '/' || route === '/sign-in') return null
  return <Shell session={session.data} />
}

/** useStillSignedIn asks at every change of page: whoever was cut off sees the sign-in page at the next click. */
function useStillSignedIn(pathname: string) {
  const queries = useQueryClient()
  const last = useRef(pathname)
  useEffect(() => {
    if (last.current !== pathname) void askAgain(queries)
    last.current = pathname
  }, [queries, pathname])
}

function ToSignIn() {
  const navigate = useNavigate()
  const { href } = useLocation()
  useEffect(() => {
    void navigate({ to: '/sign-in', search: { next: href === '/' ? undefined : href }, replace: true })
  }, [navigate, href])
  return null
}

function ToFirstRoom({ session }: { session: Session }) {
  const navigate = useNavigate()
  const { search } = useLocation()
  const next = 'next' in search && typeof search.next === 'string' ? search.next : undefined
  const first = roomsFor(session.user)[0]?.to ?? '/connect'
  useEffect(() => {
    // The page on which a device is approved is the server's own, outside of the console.
    if (next?.startsWith('/device')) window.location.replace(next)
    else if (next) void navigate({ href: next, replace: true })
    else void navigate({ to: first, replace: true })
  }, [navigate, next, first])
  return null
}
