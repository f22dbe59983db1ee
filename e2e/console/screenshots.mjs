// Takes the pictures in docs/images from the demo: node screenshots.mjs [FOLDER]
import { mkdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { launch, open } from './browser.mjs'
import { start } from './server.mjs'

const folder = process.argv[2] ?? fileURLToPath(new URL('../../docs/images', import.meta.url))
const every = process.argv.includes('--all') // each room, theme and size, for looking at
mkdirSync(folder, { recursive: true })

const browser = await launch()
const server = await start('--demo')
try {
  const looks = every
    ? ['light', 'dark'].flatMap((theme) => [1440, 1024, 390].map((width) => ({ theme, width })))
    : [
        { theme: 'light', width: 1440 },
        { theme: 'dark', width: 1440 },
      ]
  for (const { theme, width } of looks) {
    const page = await open(browser, server.url, { width, colorScheme: theme })
    const shoot = async (name) => {
      // Fonts and the last answers; a picture is not a test, so a pause will do.
      await page.waitForTimeout(name === 'audit' ? 2800 : 900) // an event that just arrived is lit for 2.4 s
      await page.screenshot({ path: `${folder}/${name}-${theme}${every ? `-${width}` : ''}.png` })
    }
    await page.goto('/')
    if (every) await shoot('sign-in')
    await page.getByRole('button', { name: /Owner$/ }).first().click()
    await page.waitForURL(/audit/)
    await page.goto('/audit')
    await shoot('audit')
    await page.goto('/audit?effect=deny&action=shell.exec')
    await page.getByRole('list', { name: 'Events, newest first' }).getByRole('link').first().click()
    await shoot('event')
    await page.goto('/policy')
    await page.getByLabel('Command', { exact: true }).fill('git status && rm -rf ~/.ssh')
    await shoot('policy')
    if (every) {
      for (const room of ['retention', 'tokens', 'connect', 'status']) {
        await page.goto(`/${room}`)
        await shoot(room)
      }
    }
    await page.context().close()
  }
} finally {
  await browser.close()
  await server.stop()
}
