import { Outlet, useLocation, useMatches, useNavigate } from '@tanstack/react-router'
import { useEffect } from 'react'
import type { Session } from '../api/generated'
import { Failure } from '../elements/States'
import { roomsFor } from '../layout/Nav'
import { Bare } from '../layout/Page'
import { Shell } from '../layout/Shell'
import { useSession } from '../session/session'
import { NotSetUp } from './NotSetUp'

/** Door decides by the session what a visitor sees: set-up, sign-in or the house. */
export function Door() {
  const session = useSession()
  // While a page is being loaded, the address is already the next page's and the route still the last one's.
  const route = useMatches({ select: (matches) => matches.at(-1)?.routeId })
  const { pathname } = useLocation()
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
    if (next) void navigate({ href: next, replace: true })
    else void navigate({ to: first, replace: true })
  }, [navigate, next, first])
  return null
}
