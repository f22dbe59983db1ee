import { createRootRoute, createRoute, createRouter, lazyRouteComponent } from '@tanstack/react-router'
import { readFilters } from '../screens/audit/filters'
import { Door } from './Door'
import { Lost } from './Lost'

const root = createRootRoute({ component: Door, notFoundComponent: Lost })

const home = createRoute({ getParentRoute: () => root, path: '/' })

const setup = createRoute({
  getParentRoute: () => root,
  path: '/setup',
  validateSearch: (search: Record<string, unknown>): { token?: string } => ({
    token: typeof search.token === 'string' ? search.token : undefined,
  }),
  component: lazyRouteComponent(() => import('../screens/setup/Setup'), 'Setup'),
})

const signIn = createRoute({
  getParentRoute: () => root,
  path: '/sign-in',
  validateSearch: (search: Record<string, unknown>): { next?: string } => ({
    // Only a path of our own: a link must not be able to send a person elsewhere after signing in.
    next: typeof search.next === 'string' && /^\/(?![/\\])/.test(search.next) ? search.next : undefined,
  }),
  component: lazyRouteComponent(() => import('../screens/sign-in/SignIn'), 'SignIn'),
})

const audit = createRoute({
  getParentRoute: () => root,
  path: '/audit',
  validateSearch: readFilters,
  component: lazyRouteComponent(() => import('../screens/audit/Audit'), 'Audit'),
})
const auditEvent = createRoute({ getParentRoute: () => audit, path: '$id' })

const policy = createRoute({
  getParentRoute: () => root,
  path: '/policy',
  component: lazyRouteComponent(() => import('../screens/policy/Policy'), 'Policy'),
})

const tokens = createRoute({
  getParentRoute: () => root,
  path: '/tokens',
  component: lazyRouteComponent(() => import('../screens/tokens/Tokens'), 'Tokens'),
})

const status = createRoute({
  getParentRoute: () => root,
  path: '/status',
  component: lazyRouteComponent(() => import('../screens/status/Status'), 'Status'),
})

const connect = createRoute({
  getParentRoute: () => root,
  path: '/connect',
  component: lazyRouteComponent(() => import('../screens/connect/Connect'), 'Connect'),
})

export const router = createRouter({
  routeTree: root.addChildren([
    home,
    setup,
    signIn,
    audit.addChildren([auditEvent]),
    policy,
    tokens,
    status,
    connect,
  ]),
  defaultPreload: 'intent',
  scrollRestoration: false,
})

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router
  }
}
