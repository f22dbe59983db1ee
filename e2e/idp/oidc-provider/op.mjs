// A certified OpenID provider (npm oidc-provider) for tests, on loopback, with its state in memory.
//
//   node op.mjs PORT REDIRECT[,REDIRECT…] [BACKCHANNEL_LOGOUT_URI]
//
// It prints `listening ISSUER` once it is ready; PORT 0 takes a free one. With OP_WATCH_STDIN=1 it ends when its standard
// input does, so that it never outlives a test that was killed.
//
// People: alice (admins, eng), bob (eng), carol (no group); any password. The scope groups puts groups into the ID token.
// Clients: console/console-secret, spa (public). A refresh token takes offline_access with prompt=consent.
//
// For tests only, beside the protocol:
//   POST /test/rotate                    sign with a new key from now on; the old one stays published
//   POST /test/rotate?drop=1             … and is withdrawn
//   POST /test/person?name=bob&active=0  the person is gone (active=1: back)
//   POST /test/person?name=bob&groups=a,b
import { generateKeyPairSync, randomUUID } from 'node:crypto'
import http from 'node:http'
import Provider from 'oidc-provider'

const [port, redirects, backchannel] = process.argv.slice(2)
if (!port || !redirects) {
  console.error('usage: node op.mjs PORT REDIRECT[,REDIRECT…] [BACKCHANNEL_LOGOUT_URI]')
  process.exit(2)
}
const redirectURIs = redirects.split(',')

const people = {
  alice: { active: true, name: 'Alice Admin', email: 'alice@example.test', groups: ['admins', 'eng'] },
  bob: { active: true, name: 'Bob Builder', email: 'bob@example.test', groups: ['eng'] },
  carol: { active: true, name: 'Carol None', email: 'carol@example.test', groups: [] },
}

function findAccount(_context, id) {
  const person = people[id]
  if (!person?.active) return undefined
  const { name, email, groups } = person
  return {
    accountId: id,
    claims: () => ({ sub: id, preferred_username: id, name, email, email_verified: true, groups }),
  }
}

function signingKey() {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  return { ...privateKey.export({ format: 'jwk' }), kid: randomUUID(), use: 'sig', alg: 'RS256' }
}

const client = {
  redirect_uris: redirectURIs,
  post_logout_redirect_uris: [...new Set(redirectURIs.map((uri) => new URL('/', uri).href))],
  response_types: ['code'],
  grant_types: ['authorization_code', 'refresh_token'],
  scope: 'openid profile email groups offline_access',
  ...(backchannel && { backchannel_logout_uri: backchannel, backchannel_logout_session_required: true }),
}

/** build makes the provider's handler; its sessions and tokens live in the module's memory and outlast a rebuild. */
function build(issuer, keys) {
  const provider = new Provider(issuer, {
    clients: [
      { ...client, client_id: 'console', client_secret: 'console-secret' },
      { ...client, client_id: 'spa', token_endpoint_auth_method: 'none', application_type: 'native' },
    ],
    jwks: { keys },
    cookies: { keys: ['cookie-key-of-the-tests'] },
    findAccount,
    claims: { openid: ['sub'], profile: ['name', 'preferred_username'], email: ['email', 'email_verified'], groups: ['groups'] },
    scopes: ['openid', 'offline_access', 'groups', 'profile', 'email'],
    conformIdTokenClaims: false, // claims stand in the ID token, as with Okta, Entra ID and Keycloak
    pkce: { required: () => true },
    issueRefreshToken: async (_context, asked, code) =>
      asked.grantTypeAllowed('refresh_token') && code.scopes.has('offline_access'),
    rotateRefreshToken: true,
    features: {
      devInteractions: { enabled: true }, // plain forms for sign-in and consent
      backchannelLogout: { enabled: true },
      rpInitiatedLogout: { enabled: true },
    },
    ttl: { AccessToken: 300, IdToken: 300, RefreshToken: 3600, Session: 3600, Grant: 3600, Interaction: 600 },
    fetch: (url, { dispatcher: _, ...options } = {}) => globalThis.fetch(url, options), // the default refuses loopback
  })
  provider.on('server_error', (_context, error) => console.error('server_error', error))
  provider.on('backchannel.success', (_context, to, account) => console.log('backchannel logout delivered', to.clientId, account))
  provider.on('backchannel.error', (_context, error, to) => console.error('backchannel logout failed', to.clientId, error))
  return provider.callback()
}

function control(url) {
  const query = url.searchParams
  switch (url.pathname) {
    case '/test/rotate':
      keys = [signingKey(), ...(query.has('drop') ? [] : keys)]
      handle = build(issuer, keys)
      return 204
    case '/test/person': {
      const person = people[query.get('name')]
      if (!person) return 404
      if (query.has('active')) person.active = query.get('active') === '1'
      if (query.has('groups')) person.groups = query.get('groups').split(',').filter(Boolean)
      return 204
    }
    default:
      return 404
  }
}

let issuer
let keys = [signingKey()]
let handle
const server = http.createServer((request, response) => {
  if (request.method === 'POST' && request.url.startsWith('/test/')) {
    response.writeHead(control(new URL(request.url, issuer))).end()
    return
  }
  handle(request, response)
})
server.listen(Number(port), '127.0.0.1', () => {
  issuer = `http://127.0.0.1:${server.address().port}`
  handle = build(issuer, keys)
  console.log('listening', issuer)
})
if (process.env.OP_WATCH_STDIN) process.stdin.resume().on('end', () => process.exit(0))
