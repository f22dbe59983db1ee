import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { accessible, launch, open } from './browser.mjs'
import { setUp } from './owner.mjs'
import { signInAt, startProvider } from './provider.mjs'
import { start } from './server.mjs'

let browser
let server
let provider
let ownerCookies
before(async () => {
  browser = await launch()
  server = await start('--egress', 'loopback')
  provider = await startProvider(`${server.url}/sso/acme-sso/callback`)
})
after(async () => {
  await browser?.close()
  await provider?.stop()
  await server?.stop()
})

/** opened is a page that may meet the refusals which this test provokes, and the provider's pages, which want things from afar. */
async function opened(options) {
  const page = await open(browser, server.url, options)
  page.expectFailures(400, 401, 403, 404, 422)
  await page.route(
    (url) => !['localhost', '127.0.0.1'].includes(url.hostname),
    (route) => route.fulfill({ contentType: 'text/css', body: '' }),
  )
  return page
}

/** enterOwner signs in as the owner whom the first test made: a second factor counts once, so it lends its cookies. */
async function enterOwner(page) {
  await page.context().addCookies(ownerCookies)
}

/** move takes a connection to another stage, through the question that says what it means. */
async function move(page, action, means, stage) {
  await page.getByRole('button', { name: action }).click()
  const dialog = page.getByRole('dialog', { name: `${action}?` })
  await dialog.getByText(means).waitFor()
  await accessible(page, action)
  await dialog.getByRole('button', { name: action }).click()
  await dialog.waitFor({ state: 'detached' })
  await page.locator('strong', { hasText: `${stage}.` }).waitFor()
}

async function signIn(page, name, path = '/sso/acme-sso/login') {
  await page.goto(path)
  await signInAt(page, name)
}

test('a connection from the wizard to everybody, and back', async () => {
  const owner = await opened()
  await setUp(owner, server)
  ownerCookies = await owner.context().cookies()
  await owner.goto('/connections')
  await owner.getByText('There is no connection yet.').waitFor()
  await owner.getByRole('link', { name: 'Add connection' }).click()
  await owner.getByRole('combobox', { name: 'Identity provider' }).click()
  await owner.getByRole('option', { name: 'Another provider' }).click()
  await owner.getByRole('textbox', { name: /^Name/ }).fill('Acme SSO')
  await owner.getByText(`${server.url}/sso/acme-sso/callback`).waitFor()
  await accessible(owner, 'new connection')

  await owner.getByRole('button', { name: 'Save as draft' }).click()
  await owner.getByText(/The issuer is missing/i).waitFor()
  await owner.getByText(/client ID is missing/i).waitFor()
  await accessible(owner, 'new connection with problems')
  await owner.getByLabel('Issuer').fill(provider.issuer)
  await owner.getByLabel('Client ID').fill('console')
  await owner.getByLabel('Client secret').fill('console-secret')
  await owner.getByRole('button', { name: 'Show further settings' }).click()
  for (const scope of ['openid', 'profile', 'email', 'groups']) {
    await owner.getByRole('combobox', { name: 'Scopes' }).fill(scope)
    await owner.keyboard.press('Enter')
  }
  await owner.getByRole('combobox', { name: 'E-mail domains' }).fill('example.test')
  await owner.keyboard.press('Enter')
  await owner.getByRole('button', { name: 'Save as draft' }).click()
  await owner.waitForURL('/connections/acme-sso')
  await owner.getByText('Signs nobody in. Identity admins can sign in for a test.').waitFor()
  assert.ok(!(await owner.content()).includes('console-secret'), 'the secret is on the page')

  await owner.getByRole('button', { name: 'Check the provider' }).click()
  await owner.getByRole('status', { name: 'What the provider says' }).getByText(/discovery document can be read/).waitFor()

  await owner.getByRole('link', { name: 'Sign in for a test' }).click()
  await signInAt(owner, 'alice')
  const result = owner.getByRole('region', { name: 'Test sign-in' })
  await result.getByText('Alice Admin would be signed in').waitFor()
  await result.getByText('admins', { exact: true }).waitFor()
  await result.getByRole('button', { name: 'Show everything that was received' }).click()
  await result.getByText('"preferred_username": "alice"').waitFor()
  await accessible(owner, 'connection')

  await owner.getByRole('combobox', { name: 'Who may sign in while this is staging' }).fill('bob@example.test')
  await owner.keyboard.press('Enter')
  await owner.getByRole('button', { name: 'Save testers' }).click()
  await owner.locator('button:disabled', { hasText: 'Save testers' }).waitFor()
  await move(owner, 'Promote to staging', 'its one tester', 'Staging')

  const bob = await opened()
  await signIn(bob, 'bob')
  await bob.getByRole('navigation', { name: 'Main' }).waitFor()
  const alice = await opened({ colorScheme: 'dark' })
  await signIn(alice, 'alice')
  await alice.getByText(/signs in only the people chosen for that/i).waitFor()

  await move(owner, 'Promote to live', 'Everybody whom Acme SSO lets through', 'Live')
  await alice.context().clearCookies()
  await alice.goto('/sign-in?return=/connect')
  await alice.getByRole('link', { name: 'Continue with Acme SSO' }).waitFor()
  await accessible(alice, 'sign-in')
  await alice.getByRole('button', { name: 'Sign in as owner' }).click()
  await alice.getByLabel('Password', { exact: true }).waitFor()
  await alice.getByRole('button', { name: 'Back to your organisation’s sign-in' }).click()
  await alice.getByRole('link', { name: 'Continue with Acme SSO' }).click()
  await signInAt(alice, 'alice')
  await alice.waitForURL('/connect')
  await alice.getByRole('heading', { name: 'Connect an agent' }).waitFor()

  await cutOff(owner, alice)
  await alice.goto('/sso/acme-sso/login') // the provider remembers her, and cut off is not disabled
  await alice.getByRole('navigation', { name: 'Main' }).waitFor()

  await owner.goto('/connections/acme-sso')
  await move(owner, 'Roll back to staging', 'Everybody else who came through it is out at once', 'Staging')
  await alice.getByRole('link', { name: 'Status' }).click()
  await alice.getByRole('heading', { name: 'Sign in' }).waitFor()
  await bob.getByRole('link', { name: 'Status' }).click()
  await bob.getByRole('heading', { name: 'Status' }).waitFor()
  for (const page of [owner, bob, alice]) await page.done()
})

/** cutOff ends what a person is signed in with: that person's next click shows the sign-in page. */
async function cutOff(admin, person) {
  await admin.goto('/people')
  await admin.getByLabel('Search people').fill('alice')
  await admin.getByRole('link', { name: 'Alice Admin' }).click()
  await admin.getByText('Through acme-sso').waitFor()
  await admin.getByText('sent by acme-sso').first().waitFor()
  await accessible(admin, 'person')
  await admin.getByRole('button', { name: 'Cut off now' }).first().click()
  await admin.getByRole('dialog').getByRole('button', { name: 'Cut off now' }).click()
  await admin.getByText('No open session.').waitFor()
  await person.getByRole('link', { name: 'Status' }).click()
  await person.getByRole('heading', { name: 'Sign in' }).waitFor()
}

test('a SCIM token is shown once', async () => {
  const demo = await start('--demo')
  try {
    const page = await open(browser, demo.url, { colorScheme: 'dark' })
    await page.goto('/connections/acme-sso')
    await page.getByRole('button', { name: /Identity admin$/ }).click()
    await page.getByText('There is no token.').waitFor()
    await page.getByRole('button', { name: 'Create token' }).click()
    const secret = await page.locator('code', { hasText: /^ambit_scim_/ }).textContent()
    await accessible(page, 'SCIM token')
    await page.reload()
    await page.getByRole('list', { name: 'SCIM tokens' }).getByText('not used yet').waitFor()
    assert.ok(!(await page.content()).includes(secret), 'the token is still on the page')
    const ask = () => fetch(`${demo.url}/scim/v2/Users`, { headers: { authorization: `Bearer ${secret}` } })
    assert.equal((await ask()).status, 200)
    await page.getByRole('button', { name: 'Revoke' }).click()
    await page.getByRole('button', { name: 'Revoke token' }).click()
    await page.getByText('There is no token.').waitFor()
    assert.equal((await ask()).status, 401)
    await page.done()
  } finally {
    await demo.stop()
  }
})

test('at Google the Workspace domain is asked for, and sent', async () => {
  const page = await opened()
  await enterOwner(page)
  await page.goto('/connections/new')
  await page.getByRole('combobox', { name: 'Identity provider' }).click()
  await page.getByRole('option', { name: 'Google Workspace' }).click()
  await page.getByLabel('Client ID').fill('google-client')
  await page.getByLabel('Client secret').fill('google-secret')
  await page.getByRole('button', { name: 'Save as draft' }).click()
  await page.getByText('Write the domain, such as acme.com').waitFor()
  await accessible(page, 'Google without a domain')
  await page.getByLabel('Your Google Workspace domain').fill('acme.test')
  const sent = page.waitForRequest((request) => request.method() === 'POST' && request.url().endsWith('/api/v1/connections'))
  await page.getByRole('button', { name: 'Save as draft' }).click()
  assert.deepEqual((await sent).postDataJSON().config.oidc.auth_params, { hd: 'acme.test' })
  await page.done()
})

test('advanced settings of both protocols are saved and shown again', async () => {
  const page = await opened({ colorScheme: 'dark' })
  await enterOwner(page)
  const configOf = async (id) => (await (await page.request.get(`/api/v1/connections/${id}`)).json()).config

  await page.goto('/connections/new')
  await page.getByRole('combobox', { name: 'Identity provider' }).click()
  await page.getByRole('option', { name: 'Another provider' }).click()
  await page.getByRole('textbox', { name: /^Name/ }).fill('Fine OIDC')
  await page.getByLabel('Issuer').fill(provider.issuer)
  await page.getByLabel('Client ID').fill('console')
  await page.getByLabel('Client secret').fill('console-secret')
  await page.getByRole('button', { name: 'Show advanced settings' }).click()
  await page.getByLabel('Parameters of the sign-in request').fill('max_age: 3600\nprompt: login')
  await page.getByRole('combobox', { name: 'Audiences to exchange' }).fill('cli-one')
  await page.keyboard.press('Enter')
  await page.getByRole('combobox', { name: 'Signatures that count' }).click()
  await page.getByRole('option', { name: 'ES256' }).click()
  await page.keyboard.press('Escape')
  await page.getByLabel('Tolerated clock difference').fill('30')
  await accessible(page, 'advanced settings of OIDC')
  await page.getByRole('button', { name: 'Save as draft' }).click()
  await page.waitForURL('/connections/fine-oidc')
  const oidc = await configOf('fine-oidc')
  assert.deepEqual(oidc.oidc.auth_params, { max_age: '3600', prompt: 'login' })
  assert.deepEqual([oidc.oidc.algorithms, oidc.oidc.clock_skew, oidc.exchange_audiences], [['ES256'], 30, ['cli-one']])
  assert.ok(!('accepted_groups' in oidc.accounts))
  await page.getByRole('button', { name: 'Show advanced settings' }).click()
  assert.equal(await page.getByLabel('Parameters of the sign-in request').inputValue(), 'max_age: 3600\nprompt: login')
  await page.getByLabel('Tolerated clock difference').fill('400')
  await page.getByLabel('Parameters of the sign-in request').fill('redirect_uri: https://elsewhere.test')
  await page.getByRole('button', { name: 'Save settings' }).click()
  await page.getByText(/redirect_uri" can't be set/).waitFor()

  await page.goto('/connections/new')
  await page.getByText('SAML', { exact: false }).first().click()
  await page.getByRole('combobox', { name: 'Identity provider' }).click()
  await page.getByRole('option', { name: 'Another provider' }).click()
  await page.getByRole('textbox', { name: /^Name/ }).fill('Fine SAML')
  await page.getByLabel('Metadata address').fill(`${provider.issuer}/metadata`)
  await page.getByRole('button', { name: 'Show advanced settings' }).click()
  await page.getByLabel('Entity ID of the provider').fill('urn:acme:idp')
  await page.getByLabel('Oldest authentication').fill('28800')
  await page.getByLabel('Further certificates').fill('no certificate')
  await page.getByRole('button', { name: 'Save as draft' }).click()
  await page.getByText(/Certificate 1 is not accepted/).waitFor()
  await accessible(page, 'advanced settings of SAML')
  await page.getByLabel('Further certificates').fill('')
  await page.getByRole('button', { name: 'Save as draft' }).click()
  await page.waitForURL('/connections/fine-saml')
  const { saml } = await configOf('fine-saml')
  assert.deepEqual([saml.entity_id, saml.max_authentication_age_seconds], ['urn:acme:idp', 28800])
  await page.done()
})
