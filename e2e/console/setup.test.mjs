import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { accessible, launch, open } from './browser.mjs'
import { start } from './server.mjs'
import { totp } from './totp.mjs'

let browser
before(async () => {
  browser = await launch()
})
after(() => browser.close())

const owner = { name: 'Ada Okafor', email: 'ada@example.test', password: 'correct horse battery' }

async function fillAccount(page) {
  await page.getByLabel('Name', { exact: true }).fill(owner.name)
  await page.getByLabel('E-mail address').fill(owner.email)
  await page.getByLabel('Password', { exact: true }).fill(owner.password)
  await page.getByLabel('Password again').fill(owner.password)
  await page.getByRole('button', { name: 'Continue' }).click()
  await page.getByRole('heading', { name: 'Add a second factor' }).waitFor()
}

async function finish(page) {
  await page.getByRole('heading', { name: 'Save the recovery codes' }).waitFor()
  const codes = await page.locator('li code').allTextContents()
  assert.equal(codes.length, 10)
  assert.equal(new Set(codes).size, 10)
  assert.ok(await page.getByRole('button', { name: 'Continue' }).isDisabled(), 'one may go on without having saved the codes')
  await accessible(page, 'recovery codes')
  await page.getByLabel('I have saved the codes').check()
  await page.getByRole('button', { name: 'Continue' }).click()
  await page.getByRole('radio', { name: /^Standard/ }).waitFor()
  await accessible(page, 'starter packs')
  await page.getByRole('radio', { name: /^Standard/ }).click()
  await page.getByRole('button', { name: 'Publish and finish' }).click()
  await page.getByRole('heading', { name: 'Connect an agent' }).waitFor()
  return codes
}

async function typePassword(page) {
  await page.getByLabel('E-mail address').fill(owner.email)
  await page.getByLabel('Password', { exact: true }).fill(owner.password)
  await page.getByRole('button', { name: 'Continue' }).click()
  await page.getByRole('heading', { name: 'Second factor' }).waitFor()
}

async function signOut(page) {
  await page.locator('button[aria-haspopup=menu]').filter({ hasText: owner.name }).click()
  await page.getByRole('menuitem', { name: 'Sign out' }).click()
  await page.getByRole('heading', { name: 'Sign in' }).waitFor()
}

test('an owner with an authenticator app: set-up, sign-out, sign-in by code and by recovery code', async (t) => {
  const server = await start()
  t.after(server.stop)
  const page = await open(browser, server.url)
  page.expectFailures(400, 401, 403, 410, 422)

  await page.goto('/')
  await page.getByRole('heading', { name: 'This Ambit is not set up yet' }).waitFor()
  await page.goto(server.link)
  await accessible(page, 'account')

  await page.getByRole('button', { name: 'Continue' }).click()
  await page.getByText('Enter your name').waitFor()
  await fillAccount(page)
  await accessible(page, 'second factor')

  await page.getByLabel('Code', { exact: true }).fill('000000')
  await page.getByRole('button', { name: 'Confirm' }).click()
  await page.getByRole('alert').waitFor()
  const secret = (await page.locator('code').first().textContent()).replace(/\s/g, '')
  await page.getByLabel('Code', { exact: true }).fill(totp(secret))
  await page.getByRole('button', { name: 'Confirm' }).click()
  const codes = await finish(page)

  // A used link is worthless.
  await page.goto(server.link)
  await page.getByRole('heading', { name: 'This set-up link does not work' }).waitFor()
  await page.goto('/audit')
  await page.getByText('policy.published').first().waitFor()
  await signOut(page)

  await page.getByLabel('E-mail address').fill(owner.email)
  await page.getByLabel('Password', { exact: true }).fill('wrong password here')
  await page.getByRole('button', { name: 'Continue' }).click()
  await page.getByRole('alert').waitFor()
  await accessible(page, 'sign-in')
  await typePassword(page)
  // The next step's code: the one that confirmed the set-up may not be used again (RFC 6238, section 5.2).
  await page.getByLabel('Code', { exact: true }).fill(totp(secret, Date.now() + 30_000))
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.getByRole('navigation', { name: 'Main' }).waitFor()
  await signOut(page)

  await typePassword(page)
  await page.getByRole('button', { name: 'Use a recovery code' }).click()
  await page.getByLabel('Recovery code').fill(codes[3])
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.getByRole('navigation', { name: 'Main' }).waitFor()
  await page.done()
})

test('an owner with a passkey: set-up and sign-in', async (t) => {
  const server = await start()
  t.after(server.stop)
  const page = await open(browser, server.url)
  const devtools = await page.context().newCDPSession(page)
  await devtools.send('WebAuthn.enable')
  await devtools.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      transport: 'internal',
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  })
  await page.goto(server.link)
  await fillAccount(page)
  await page.getByRole('button', { name: 'Use a passkey' }).click()
  await page.getByRole('heading', { name: 'Save the recovery codes' }).waitFor()
  await finish(page)
  await signOut(page)
  await typePassword(page)
  await page.getByRole('button', { name: 'Use the passkey' }).click()
  await page.getByRole('navigation', { name: 'Main' }).waitFor()
  await page.done()
})

test('an address by IP offers no passkey', async (t) => {
  const server = await start()
  t.after(server.stop)
  const page = await open(browser, server.url)
  await page.goto(server.link.replace('localhost', '127.0.0.1'))
  await fillAccount(page)
  assert.equal(await page.getByRole('button', { name: 'Use a passkey' }).count(), 0)
  await page.done()
})
