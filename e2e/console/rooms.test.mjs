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

const rooms = ['audit', 'policy', 'people', 'groups', 'connections', 'connections/new', 'devices', 'sinks', 'retention', 'tokens', 'connect', 'status']

// Sideways scrolling depends on the width, contrast on the theme: axe looks at each theme and each width, not at each pair.
const looks = [
  { colorScheme: 'light', width: 1440, axe: true },
  { colorScheme: 'light', width: 1024, axe: false },
  { colorScheme: 'light', width: 390, axe: true },
  { colorScheme: 'dark', width: 1024, axe: true },
  { colorScheme: 'dark', width: 390, axe: false },
]
for (const { colorScheme, width, axe } of looks) {
  test(`every room ${axe ? 'is accessible and ' : ''}fits, ${colorScheme}, ${width} pixels wide`, async () => {
    const page = await open(browser, server.url, { width, colorScheme })
    const look = async (where) => {
      if (axe) await accessible(page, where)
      const sideways = await page.evaluate(() => document.documentElement.scrollWidth > window.innerWidth)
      assert.ok(!sideways, `${where} scrolls sideways`)
      const cut = await page.evaluate(() =>
        [...document.querySelectorAll('[role=radiogroup]')].filter((one) => one.scrollWidth > one.clientWidth).map((one) => one.ariaLabel),
      )
      assert.deepEqual(cut, [], `${where} has a choice that is cut off`)
    }
    await page.goto('/')
    await page.getByRole('heading', { name: 'Look around as' }).waitFor()
    await look('demo sign-in')
    await page.getByRole('button', { name: /Owner$/ }).first().click()
    await page.waitForURL(/\/(audit|policy|tokens|connect|status)/)
    for (const room of rooms) {
      await page.goto(`/${room}`)
      await settled(page)
      await look(room)
    }
    await page.goto('/audit?effect=deny')
    await page.getByRole('list', { name: 'Events, newest first' }).getByRole('link').first().click()
    await page.getByRole('heading', { name: 'Layer by layer' }).waitFor()
    await look('event')
    await page.goto('/audit')
    await page.getByRole('button', { name: 'Filter' }).click()
    const { x, width: wide } = await page.getByRole('dialog', { name: 'Filter' }).boundingBox()
    assert.ok(x >= 0 && x + wide <= width, `the filters stick out: ${wide} pixels from ${x}`)
    await look('filters')
    await page.done()
  })
}

/** settled waits until nothing on the page says that it is loading. */
async function settled(page) {
  await page.locator('h1').first().waitFor()
  await page.waitForFunction(() => !document.querySelector('[role=status][aria-label^="Loading"], [aria-busy=true]'))
}

test('each role sees the rooms that it may enter', async () => {
  const directory = ['People', 'Groups', 'Connections', 'Devices']
  const expected = {
    Owner: ['Audit', 'Policy', ...directory, 'Sinks', 'Retention', 'API tokens', 'Connect an agent', 'Status'],
    'Security admin': ['Audit', 'Policy', ...directory, 'Sinks', 'Retention', 'API tokens', 'Connect an agent', 'Status'],
    'Identity admin': ['Policy', ...directory, 'API tokens', 'Connect an agent', 'Status'],
    Auditor: ['Audit', 'Policy', ...directory, 'Sinks', 'Retention', 'Connect an agent', 'Status'],
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
  await page.getByRole('button', { name: /Owner$/ }).click()
  await page.getByRole('menuitemradio', { name: 'Dark' }).click()
  await page.reload()
  await page.waitForFunction(() => document.documentElement.dataset.mantineColorScheme === 'dark')
  await page.done()
})
