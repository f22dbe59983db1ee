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

test('a token is shown once, works, and stops working once revoked', async () => {
  const page = await open(browser, server.url)
  await enterDemo(page, 'Owner')
  await page.getByRole('link', { name: 'API tokens' }).click()
  await page.getByRole('button', { name: 'Create token' }).click()
  const dialog = page.getByRole('dialog', { name: 'Create token' })
  await dialog.getByLabel('Name').fill('nightly export')
  await dialog.getByLabel('Read the audit ledger').check()
  await accessible(page, 'create token')
  await dialog.getByRole('button', { name: 'Create', exact: true }).click()
  const secret = await dialog.locator('code').textContent()
  assert.match(secret, /^ambit_/)
  await dialog.getByRole('button', { name: 'Done' }).click()
  await page.getByRole('cell', { name: 'nightly export', exact: true }).waitFor()
  assert.ok(!(await page.content()).includes(secret), 'the token is still on the page')

  const search = () => fetch(`${server.url}/api/v1/audit/events?limit=1`, { headers: { authorization: `Bearer ${secret}` } })
  assert.equal((await search()).status, 200)
  await page.getByRole('button', { name: 'Revoke nightly export' }).click()
  await accessible(page, 'revoke token')
  await page.getByRole('button', { name: 'Revoke token' }).click()
  await page.getByRole('cell', { name: 'nightly export', exact: true }).waitFor({ state: 'detached' })
  assert.equal((await search()).status, 401)
  await page.done()
})

test('the status page verifies the ledger and gives a checkpoint away', async () => {
  const page = await open(browser, server.url)
  await enterDemo(page, 'Auditor')
  await page.getByRole('link', { name: 'Status' }).click()
  await page.getByRole('button', { name: 'Verify now' }).click()
  await page.getByText(/Nothing was altered: [\d,]+ entries checked/).waitFor()
  await page.done()
})
