import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { accessible, enterDemo, launch, open } from './browser.mjs'
import { start } from './server.mjs'

let browser
let server
before(async () => {
  browser = await launch()
  server = await start('--demo')
})
after(async () => {
  await browser?.close()
  await server?.stop()
})

const post = (path, fields) =>
  fetch(server.url + path, { method: 'POST', body: new URLSearchParams(fields), headers: { 'user-agent': 'claude-cli/2.1.330 (external, cli)' } })

const ask = async () => (await post('/oauth/device_authorization', { surface: 'claude_code' })).json()

const poll = (asked) =>
  post('/oauth/token', { grant_type: 'urn:ietf:params:oauth:grant-type:device_code', device_code: asked.device_code })

test('a device is approved by somebody who signs in on the way, and is cut off', async () => {
  const asked = await ask()
  const page = await open(browser, server.url, { width: 390, colorScheme: 'dark' })
  page.expectFailures(400)
  await page.goto('/device')
  await accessible(page, 'enter the code')
  await page.getByLabel('Code').fill('BCDF-BCDF')
  await page.getByRole('button', { name: 'Continue' }).click()
  await page.getByRole('alert').getByText('No sign-in waits for this code.').waitFor()
  await accessible(page, 'a wrong code')
  await page.getByLabel('Code').fill(asked.user_code.toLowerCase().replace('-', ' '))
  await page.getByRole('button', { name: 'Continue' }).click()
  await page.getByText(asked.user_code).waitFor()
  await accessible(page, 'confirm')
  assert.equal((await (await poll(asked)).json()).error, 'authorization_pending')
  await page.getByRole('button', { name: 'Sign in to the console first' }).click()
  await page.getByRole('button', { name: /Auditor$/ }).first().click()
  await page.getByText('You are signed in as').waitFor()
  await page.getByRole('button', { name: 'Approve' }).click()
  await page.getByText('You can close this page').waitFor()
  await accessible(page, 'done')
  await page.done()

  await new Promise((resolve) => setTimeout(resolve, asked.interval * 1000 + 200)) // RFC 8628: a client polls no faster
  const tokens = await (await poll(asked)).json()
  assert.match(tokens.access_token, /^ambit_cred_/)
  const whoami = () => fetch(`${server.url}/api/v1/whoami`, { headers: { authorization: `Bearer ${tokens.access_token}` } })
  assert.equal((await whoami()).status, 200)

  const admin = await open(browser, server.url)
  await enterDemo(admin, 'Identity admin')
  await admin.getByRole('link', { name: 'Devices' }).click()
  await accessible(admin, 'devices')
  await admin.getByRole('button', { name: /Cut off/ }).first().click()
  await admin.getByRole('dialog').getByRole('button', { name: /Cut off/ }).click()
  await admin.getByText('No agent is signed in.').waitFor()
  assert.equal((await whoami()).status, 401)
  await admin.getByLabel('A credential lives (minutes)').fill('30')
  await admin.getByRole('button', { name: 'Save' }).click()
  await admin.locator('button:disabled', { hasText: 'Save' }).waitFor()
  await admin.done()
})

test('a pre-filled code is not sent by itself, and a device can be denied', async () => {
  const asked = await ask()
  const page = await open(browser, server.url)
  await page.goto(new URL(asked.verification_uri_complete).pathname + new URL(asked.verification_uri_complete).search)
  assert.equal(await page.getByLabel('Code').inputValue(), asked.user_code)
  await page.getByText('Continue only if you started this sign-in yourself.').waitFor()
  await page.getByRole('button', { name: 'Continue' }).click()
  await page.getByRole('button', { name: 'Deny' }).click()
  await page.getByText('The program was refused.').waitFor()
  await page.done()
  assert.equal((await (await poll(asked)).json()).error, 'access_denied')
})
