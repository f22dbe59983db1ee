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

const text = `version: 1
mode: enforce
tiers:
  - {name: engineer, groups: ["*"]}
layers:
  - name: organisation
    shell:
      allow: ["git status", "ls **"]
    files:
      read: ["$REPO"]
      write: ["$REPO"]
    tools: {allow: []}
    skills: {sources: []}
    mcp: {allow: []}
    web: {domains: []}
    models: {ceiling: standard}
models:
  tiers:
    - {name: standard, models: ["claude-*"]}
`

/** write replaces the editor's text as a person would: by selecting all and pasting. */
async function write(page, source) {
  const editor = page.getByRole('textbox', { name: 'Policy document' })
  await editor.click()
  await page.keyboard.press('ControlOrMeta+a')
  await editor.evaluate((element, pasted) => {
    const clipboardData = new DataTransfer()
    clipboardData.setData('text/plain', pasted)
    element.dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true }))
  }, source)
}

// The answer to what stands in the form now; while it is on its way the last one stays, marked as busy.
const answer = (page) => page.locator('[data-testid=try-answer][aria-busy=false]')

test('edit, error at its line, mend, try, compare, publish, and the audit list shows it', async () => {
  const page = await open(browser, server.url)
  page.expectFailures(422) // a text with errors can't be tried
  await enterDemo(page, 'Security admin')
  await page.getByRole('link', { name: 'Policy' }).click()
  await page.getByText('No problems').waitFor()
  const version = Number(/version (\d+)/.exec(await page.getByText(/Published: version/).textContent())[1])

  await write(page, text.replace('shell:', 'shel:'))
  const problem = page.getByRole('button', { name: /7:5/ })
  await problem.waitFor()
  assert.match(await problem.textContent(), /shel/)
  await page.locator('.cm-gutter-lint .cm-lint-marker-error').waitFor()
  const line = await page.evaluate(() => {
    const marker = document.querySelector('.cm-lint-marker-error').getBoundingClientRect()
    return [...document.querySelectorAll('.cm-lineNumbers .cm-gutterElement')].find(
      (number) => Math.abs(number.getBoundingClientRect().top - marker.top) < number.getBoundingClientRect().height,
    ).textContent
  })
  assert.equal(line, '7')
  assert.ok(await page.getByRole('button', { name: 'Review and publish' }).isDisabled(), 'a broken text may be published')
  await accessible(page, 'policy with an error')

  await problem.click()
  for (let i = 0; i < 'shel'.length; i++) await page.keyboard.press('ArrowRight')
  await page.keyboard.type('l')
  await page.getByText('No problems').waitFor()

  await page.getByLabel('Command', { exact: true }).fill('git status && curl -s https://x.test')
  await answer(page).getByText('Refused').first().waitFor()
  await answer(page).locator('mark').filter({ hasText: 'curl -s https://x.test' }).first().waitFor()
  await page.getByLabel('Command', { exact: true }).fill('ls -la')
  await answer(page).getByText('Allowed').first().waitFor()

  await page.getByRole('button', { name: 'Review and publish' }).click()
  const dialog = page.getByRole('dialog', { name: 'Review and publish' })
  await dialog.getByTestId('policy-diff').locator('.cm-deletedChunk').first().waitFor()
  await dialog.getByLabel('Why this change').fill('Only what the browser test needs')
  await accessible(page, 'publish dialog')
  await dialog.getByRole('button', { name: `Publish version ${version + 1}` }).click()
  await page.getByText(`Version ${version + 1} is published and in force`).waitFor()

  await page.getByRole('link', { name: 'Audit' }).click()
  await page.getByRole('listitem').filter({ hasText: 'policy.published' }).first().waitFor()
  await page.done()
})

test('the answer follows the text as it is typed', async () => {
  const page = await open(browser, server.url)
  await enterDemo(page, 'Security admin')
  await page.goto('/policy')
  await write(page, text)
  await page.getByLabel('Command', { exact: true }).fill('make')
  await answer(page).getByText('Refused').first().waitFor()
  await write(page, text.replace('"git status"', '"make"'))
  await answer(page).getByText('Allowed').first().waitFor()
  await page.done()
})

test('keys and values are completed by the schema', async () => {
  const page = await open(browser, server.url)
  page.expectFailures(422)
  await enterDemo(page, 'Security admin')
  await page.goto('/policy')
  await write(page, text.slice(0, text.indexOf('    skills')))
  await page.keyboard.type('    ski')
  await page.getByRole('option', { name: /skills/ }).waitFor()
  await page.keyboard.press('Escape')
  await write(page, 'version: 1\nmode: ')
  await page.keyboard.type('mon')
  await page.getByRole('option', { name: /monitor/ }).waitFor()
  await page.done()
})

test('a second publisher learns that someone was faster', async () => {
  const [one, two] = [await open(browser, server.url), await open(browser, server.url)]
  two.expectFailures(409)
  for (const page of [one, two]) {
    await enterDemo(page, 'Security admin')
    await page.goto('/policy')
    await page.getByText('No problems').waitFor()
  }
  await write(one, text.replace('"ls **"', '"ls **", "pwd"'))
  await write(two, text.replace('"ls **"', '"ls **", "id"'))
  for (const page of [one, two]) {
    await page.getByText('No problems').waitFor()
    await page.getByRole('button', { name: 'Review and publish' }).click()
  }
  await one.getByRole('button', { name: /Publish version/ }).click()
  await one.getByText(/is published and in force/).waitFor()
  await two.getByRole('button', { name: /Publish version/ }).click()
  await two.getByText(/published version \d+ while you worked on/).waitFor()
  await two.getByRole('button', { name: 'I have compared them' }).click()
  await two.getByRole('button', { name: /Publish version/ }).click()
  await two.getByText(/is published and in force/).waitFor()
  await one.done()
  await two.done()
})

test('an auditor reads and tries, and is offered no publishing', async () => {
  const page = await open(browser, server.url)
  await enterDemo(page, 'Auditor')
  await page.goto('/policy')
  await page.getByRole('textbox', { name: 'Policy document' }).waitFor()
  assert.equal(await page.getByRole('button', { name: 'Review and publish' }).count(), 0)
  await page.done()
})

test('an older version is compared and loaded; a starter pack too', async () => {
  const page = await open(browser, server.url)
  await enterDemo(page, 'Security admin')
  await page.goto('/policy')
  await page.getByRole('button', { name: 'Versions' }).click()
  const drawer = page.getByRole('dialog', { name: 'Versions' })
  await drawer.getByRole('button', { name: 'Compare with the editor' }).last().click()
  await drawer.getByTestId('policy-diff').waitFor()
  await accessible(page, 'versions')
  await drawer.getByRole('button', { name: 'Load into the editor' }).last().click()
  await page.getByText('Draft', { exact: true }).waitFor()
  await page.getByRole('button', { name: 'Starter packs' }).click()
  await page.getByRole('menuitem', { name: /observe/i }).click()
  await page.getByRole('textbox', { name: 'Policy document' }).getByText('monitor').first().waitFor()
  await page.done()
})
