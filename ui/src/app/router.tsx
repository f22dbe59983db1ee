import { createRootRoute, createRoute, createRouter, lazyRouteComponent } from '@tanstack/react-router'
import { readFilters } from '../screens/audit/filters'
import { readPeopleSearch } from '../screens/people/search'
import { localPath } from '../session/localPath'
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
  // Other pages say `return`, as the addresses of single sign-on do; the console itself says `next`.
  validateSearch: (search: Record<string, unknown>): { next?: string } => ({
    next: localPath(search.next) ?? localPath(search.return),
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

const people = createRoute({
  getParentRoute: () => root,
  path: '/people',
  validateSearch: readPeopleSearch,
  component: lazyRouteComponent(() => import('../screens/people/People'), 'People'),
})
const person = createRoute({
  getParentRoute: () => root,
  path: '/people/$id',
  component: lazyRouteComponent(() => import('../screens/people/Person'), 'Person'),
})

const groups = createRoute({
  getParentRoute: () => root,
  path: '/groups',
  component: lazyRouteComponent(() => import('../screens/groups/Groups'), 'Groups'),
})

const connections = createRoute({
  getParentRoute: () => root,
  path: '/connections',
  component: lazyRouteComponent(() => import('../screens/connections/Connections'), 'Connections'),
})
const newConnection = createRoute({
  getParentRoute: () => root,
  path: '/connections/new',
  component: lazyRouteComponent(() => import('../screens/connections/NewConnection'), 'NewConnection'),
})
const connection = createRoute({
  getParentRoute: () => root,
  path: '/connections/$id',
  validateSearch: (search: Record<string, unknown>): { test?: string } => ({
    test: typeof search.test === 'string' ? search.test : undefined,
  }),
  component: lazyRouteComponent(() => import('../screens/connections/Connection'), 'Connection'),
})

const devices = createRoute({
  getParentRoute: () => root,
  path: '/devices',
  component: lazyRouteComponent(() => import('../screens/credentials/Devices'), 'Devices'),
})

const sinks = createRoute({
  getParentRoute: () => root,
  path: '/sinks',
  component: lazyRouteComponent(() => import('../screens/sinks/Sinks'), 'Sinks'),
})

const retention = createRoute({
  getParentRoute: () => root,
  path: '/retention',
  component: lazyRouteComponent(() => import('../screens/retention/Retention'), 'Retention'),
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
    people,
    person,
    groups,
    connections,
    newConnection,
    connection,
    devices,
    sinks,
    retention,
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
