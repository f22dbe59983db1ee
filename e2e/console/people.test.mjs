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

// What each role may press. The server refuses the rest too; server/console tests that.
const buttons = {
  Owner: { everybody: true, rule: true, connection: true, cut: true },
  'Identity admin': { everybody: true, rule: true, connection: true, cut: true },
  'Security admin': { everybody: true, rule: true, connection: false, cut: true },
  Auditor: { everybody: false, rule: false, connection: false, cut: false },
}

test('each role sees what it may do to people', async () => {
  for (const [role, may] of Object.entries(buttons)) {
    const page = await open(browser, server.url)
    await enterDemo(page, role)
    const shows = async (kind, name) => (await page.getByRole(kind, { name, exact: true }).count()) > 0
    await page.getByRole('link', { name: 'People' }).click()
    await page.getByRole('link', { name: 'Ada Park' }).waitFor()
    assert.equal(await shows('button', 'Cut off everybody'), may.everybody, `${role}: cut off everybody`)
    await page.getByRole('link', { name: 'Ada Park' }).click()
    await page.getByText('No agent is signed in.').waitFor()
    assert.equal(await shows('button', 'Cut off now'), may.cut, `${role}: cut off`)
    await page.getByRole('link', { name: 'Groups' }).click()
    await page.getByRole('cell', { name: 'payments-leads' }).first().waitFor()
    await page.getByRole('region', { name: 'Role rules' }).waitFor()
    assert.equal(await shows('button', 'Add rule'), may.rule, `${role}: add rule`)
    await page.getByRole('link', { name: 'Connections' }).click()
    await page.getByRole('link', { name: 'Acme SSO' }).waitFor()
    assert.equal(await shows('link', 'Add connection'), may.connection, `${role}: add connection`)
    await page.getByRole('link', { name: 'Acme SSO' }).click()
    await page.getByText('There is no token.').waitFor()
    assert.equal(await shows('button', 'Promote to staging'), may.connection, `${role}: promote`)
    assert.equal(await shows('button', 'Save settings'), may.connection, `${role}: settings`)
    await page.done()
  }
})

test('people are found, previewed, disabled and enabled; rules give roles', async () => {
  const page = await open(browser, server.url, { colorScheme: 'dark' })
  await enterDemo(page, 'Owner')
  await page.getByRole('link', { name: 'People' }).click()
  await page.getByLabel('Search people').fill('ada')
  await page.getByRole('link', { name: 'Ben Osei' }).waitFor({ state: 'detached' })
  await page.waitForURL(/\/people\?q=ada/)
  await page.getByRole('link', { name: 'Ada Park' }).click()

  await page.getByRole('combobox', { name: 'Groups' }).fill('security')
  await page.keyboard.press('Enter')
  await page.getByLabel('In the repository').fill('github.com/acme/payments')
  await page.getByRole('button', { name: 'Show', exact: true }).click()
  const preview = page.getByRole('status', { name: 'Preview' })
  await preview.getByText('Security admin').waitFor()
  await preview.getByText('as a member of security').waitFor()
  await preview.getByText('Layers in github.com/acme/payments').waitFor()
  await accessible(page, 'person, dark')

  await page.getByRole('button', { name: 'Disable', exact: true }).click()
  await accessible(page, 'disable')
  await page.getByRole('dialog').getByRole('button', { name: 'Disable' }).click()
  await page.getByText('Nothing is accepted in this name').waitFor()
  await page.getByRole('button', { name: 'Enable', exact: true }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Enable' }).click()
  await page.getByText('Nothing is accepted in this name').waitFor({ state: 'detached' })

  await page.getByRole('link', { name: 'Groups' }).click()
  await page.getByRole('button', { name: 'Add rule' }).click()
  const dialog = page.getByRole('dialog', { name: 'Add role rule' })
  await dialog.getByRole('combobox', { name: 'Members of' }).fill('platform')
  await dialog.getByRole('combobox', { name: 'Get the role' }).click()
  await page.getByRole('option', { name: 'Platform admin' }).click()
  await accessible(page, 'add rule')
  await dialog.getByRole('button', { name: 'Add rule' }).click()
  await page.getByRole('button', { name: 'Remove Platform admin from platform' }).click()
  await page.getByRole('button', { name: 'Remove rule' }).click()
  await page.getByRole('button', { name: 'Remove Platform admin from platform' }).waitFor({ state: 'detached' })
  await page.done()
})

test('cutting everybody off asks for a word, and spares only who asks', async () => {
  const auditor = await open(browser, server.url)
  auditor.expectFailures(401)
  await enterDemo(auditor, 'Auditor')
  const page = await open(browser, server.url)
  await enterDemo(page, 'Security admin')
  await page.getByRole('link', { name: 'People' }).click()
  await page.getByRole('button', { name: 'Cut off everybody' }).click()
  const dialog = page.getByRole('dialog', { name: 'Cut off everybody?' })
  assert.ok(await dialog.getByRole('button', { name: 'Cut off everybody' }).isDisabled())
  await dialog.getByLabel('Type “everybody” to confirm').fill('everybody')
  await accessible(page, 'cut off everybody')
  await dialog.getByRole('button', { name: 'Cut off everybody' }).click()
  await dialog.waitFor({ state: 'detached' })
  await page.getByRole('link', { name: 'Groups' }).click()
  await page.getByRole('cell', { name: 'payments-leads' }).first().waitFor()
  await auditor.getByRole('link', { name: 'Groups' }).click()
  await auditor.getByRole('heading', { name: 'Look around as' }).waitFor()
  await page.done()
  await auditor.done()
})
