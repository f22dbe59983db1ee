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

const rooms = ['audit', 'policy', 'people', 'groups', 'connections', 'devices', 'sinks', 'tokens', 'connect', 'status']

for (const colorScheme of ['light', 'dark']) {
  for (const width of [1440, 1024, 390]) {
    test(`every room is accessible, ${colorScheme}, ${width} pixels wide`, async () => {
      const page = await open(browser, server.url, { width, colorScheme })
      await page.goto('/')
      await page.getByRole('heading', { name: 'Look around as' }).waitFor()
      await accessible(page, 'demo sign-in')
      await page.getByRole('button', { name: /Owner$/ }).first().click()
      await page.waitForURL(/\/(audit|policy|tokens|connect|status)/)
      for (const room of rooms) {
        await page.goto(`/${room}`)
        await settled(page)
        await accessible(page, room)
        const sideways = await page.evaluate(() => document.documentElement.scrollWidth > window.innerWidth)
        assert.ok(!sideways, `${room} scrolls sideways`)
      }
      await page.goto('/audit?effect=deny')
      await page.getByRole('list', { name: 'Events, newest first' }).getByRole('link').first().click()
      await page.getByRole('heading', { name: 'Layer by layer' }).waitFor()
      await accessible(page, 'event')
      await page.done()
    })
  }
}

/** settled waits until nothing on the page says that it is loading. */
async function settled(page) {
  await page.locator('h1').first().waitFor()
  await page.waitForFunction(() => !document.querySelector('[role=status][aria-label^="Loading"], [aria-busy=true]'))
}

test('each role sees the rooms that it may enter', async () => {
  const directory = ['People', 'Groups', 'Connections', 'Devices']
  const expected = {
    Owner: ['Audit', 'Policy', ...directory, 'Sinks', 'API tokens', 'Connect an agent', 'Status'],
    'Security admin': ['Audit', 'Policy', ...directory, 'Sinks', 'API tokens', 'Connect an agent', 'Status'],
    'Identity admin': ['Policy', ...directory, 'API tokens', 'Connect an agent', 'Status'],
    Auditor: ['Audit', 'Policy', ...directory, 'Sinks', 'Connect an agent', 'Status'],
    Reviewer: ['Policy', 'Connect an agent', 'Status'],
    'Engineering manager': ['Policy', 'Connect an agent', 'Status'],
  }
  for (const [role, names] of Object.entries(expected)) {
    const page = await open(browser, server.url)
    await enterDemo(page, role)
    const links = page.getByRole('navigation', { name: 'Main' }).getByRole('link')
    assert.deepEqual(await links.allTextContents(), names, role)
    await page.done()
  }
})

test('an address that needs a sign-in is reached after it', async () => {
  const page = await open(browser, server.url)
  await page.goto('/audit?effect=deny')
  await page.getByRole('button', { name: /Auditor$/ }).first().click()
  await page.waitForURL(/\/audit\?effect=deny/)
  await page.done()
})

test('a link can not send a person elsewhere after signing in', async () => {
  for (const next of ['https://evil.test/', '//evil.test/', '/\\evil.test/']) {
    const page = await open(browser, server.url)
    await page.goto(`/sign-in?next=${encodeURIComponent(next)}`)
    await page.getByRole('button', { name: /Auditor$/ }).first().click()
    await page.waitForURL(`${server.url}/audit`)
    await page.done()
  }
})

test('an address that does not exist says so', async () => {
  const page = await open(browser, server.url)
  await enterDemo(page, 'Owner')
  await page.goto('/nowhere')
  await page.getByText('There is no page at this address.').waitFor()
  await page.done()
})

test('the theme can be chosen and stays', async () => {
  const page = await open(browser, server.url)
  await enterDemo(page, 'Owner')
  await page.locator('button[aria-haspopup=menu]').click()
  await page.getByRole('menuitemradio', { name: 'Dark' }).click()
  await page.reload()
  await page.waitForFunction(() => document.documentElement.dataset.mantineColorScheme === 'dark')
  await page.done()
})
