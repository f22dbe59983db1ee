// A browser whose pages are watched for everything that should not happen.
import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { AxeBuilder } from '@axe-core/playwright'
import { chromium } from 'playwright-core'

const executablePath = process.env.CHROMIUM ?? '/usr/bin/chromium'

export async function launch() {
  assert.ok(existsSync(executablePath), `${executablePath} is missing: apt install chromium, or set CHROMIUM`)
  return chromium.launch({
    executablePath,
    args: [
      ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []), // Chromium's sandbox refuses to run as root
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  })
}

/** open makes a page in a context of its own. `page.expectFailures(...statuses)` allows answers that a test provokes. */
export async function open(browser, url, { width = 1440, height = 900, colorScheme = 'light' } = {}) {
  const context = await browser.newContext({ baseURL: url, viewport: { width, height }, colorScheme, reducedMotion: 'reduce' })
  const page = await context.newPage()
  const troubles = []
  const expected = new Set()
  page.on('console', (message) => {
    if (message.type() !== 'error' && message.type() !== 'warning') return
    const status = /status of (\d+)/.exec(message.text())?.[1]
    if (!status || !expected.has(Number(status))) troubles.push(`console: ${message.text()} ${message.location().url}`)
  })
  page.on('pageerror', (error) => troubles.push(`exception: ${error.stack}`))
  await page.addInitScript(() => {
    document.addEventListener('securitypolicyviolation', (event) =>
      console.error(`Content-Security-Policy: ${event.violatedDirective} blocked ${event.blockedURI} ${event.sample}`),
    )
  })
  page.expectFailures = (...statuses) => {
    for (const status of statuses) expected.add(status)
  }
  page.done = async () => {
    await context.close()
    assert.deepEqual(troubles, [], 'the page was not quiet')
  }
  return page
}

/** accessible fails with axe's findings, each with the first element that it is about. */
export async function accessible(page, where) {
  // What fades in is judged once it is there: half transparent, no colour has the contrast that it will have.
  await page.waitForFunction(() =>
    document
      .getAnimations()
      .every((one) => one.playState !== 'running' || one.effect.getComputedTiming().iterations === Infinity),
  )
  const { violations } = await new AxeBuilder({ page }).analyze()
  const found = violations.map((v) => `${where}: ${v.id} (${v.nodes.length}): ${v.nodes[0].html}\n${v.nodes[0].failureSummary}`)
  assert.deepEqual(found, [])
}

/** enterDemo signs in as one of the sample organisation's people who holds the role. */
export async function enterDemo(page, role) {
  await page.goto('/')
  await page.getByRole('button', { name: new RegExp(`${role}$`) }).first().click()
  await page.getByRole('navigation', { name: 'Main' }).waitFor()
}
