// What an auditor and a keeper of records do: searches kept, a time chosen, exports, proofs, retention, holds.
import assert from 'node:assert/strict'
import { readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { accessible, enterDemo, launch, open } from './browser.mjs'
import { run, start } from './server.mjs'

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

const rows = (page) => page.getByRole('list', { name: 'Events, newest first' }).getByRole('listitem')
const choose = async (page, name) => {
  await page.getByRole('button', { name: 'Saved' }).click()
  await page.getByRole('menuitem', { name }).click()
}

test('a search is saved, opened again with its moving span, shared, and deleted', async () => {
  const page = await open(browser, server.url)
  await enterDemo(page, 'Auditor')
  await page.goto('/audit?effect=deny&since=24h&q=git')
  await choose(page, 'Save this search')
  await page.getByLabel('Name').fill('Refused git')
  await page.getByLabel('Share it').check()
  await page.getByRole('button', { name: 'Save', exact: true }).click()
  await page.getByRole('dialog').waitFor({ state: 'detached' })
  await page.goto('/audit')
  await choose(page, 'Refused git')
  await page.waitForURL((url) => ['deny', '24h', 'git'].every((value) => [...url.searchParams.values()].includes(value)))
  await page.getByText('Last 24 hours').first().waitFor()

  const other = await open(browser, server.url)
  await enterDemo(other, 'Security admin')
  await other.goto('/audit')
  await choose(other, /Refused git/)
  await other.waitForURL(/effect=deny/)
  await other.done()

  await choose(page, 'Manage saved searches')
  await page.getByRole('cell', { name: /“git”, Effect Refused, Since Last 24 hours/ }).waitFor()
  await accessible(page, 'saved searches')
  await page.getByRole('button', { name: 'Delete Refused git' }).click()
  await page.getByRole('dialog').waitFor({ state: 'detached' })
  await page.getByRole('button', { name: 'Saved' }).click()
  await page.getByText('Nothing is saved yet.').waitFor()
  await page.done()
})

test('the histogram follows the filters, and a drag across it chooses a time', async () => {
  const page = await open(browser, server.url)
  await enterDemo(page, 'Auditor')
  await page.goto('/audit?since=7d')
  const decisions = page.getByRole('button', { name: /decisions$/ })
  const counted = () => decisions.textContent().then((text) => Number(text.replace(/\D/g, '')))
  await page.waitForFunction(() => /^[1-9]/.test(document.querySelector('fieldset button')?.textContent ?? ''))
  const everybody = await counted()
  await page.goto('/audit?since=7d&person=ada.park%40acme.test')
  await page.waitForFunction(
    (all) => {
      const n = Number(document.querySelector('fieldset button')?.textContent.replace(/\D/g, '') || NaN)
      return n > 0 && n < all
    },
    everybody,
  )
  const chart = page.getByRole('img', { name: /Decisions over time/ })
  const { x, y, width, height } = await chart.boundingBox()
  await page.mouse.move(x + width * 0.9, y + height / 2)
  await page.mouse.down()
  await page.mouse.move(x + width * 0.4, y + height / 2, { steps: 4 })
  await page.mouse.up()
  await page.waitForURL(/until=/)
  const chosen = new URL(page.url()).searchParams
  const span = Date.parse(chosen.get('until')) - Date.parse(chosen.get('since'))
  assert.ok(span > 3.2 * 86_400_000 && span < 3.9 * 86_400_000, `half of a week was dragged over, ${span / 86_400_000} days were chosen`)
  await page.getByText('Not live', { exact: true }).waitFor()
  await page.getByRole('button', { name: 'Remove the filter Until' }).click()
  await page.waitForURL((url) => !url.searchParams.has('until'))
  await page.done()
})

test('a filter offers what there is, with its counts, and a time by keyboard', async () => {
  const page = await open(browser, server.url)
  await enterDemo(page, 'Auditor')
  await page.getByRole('button', { name: 'Filter', exact: true }).click()
  await page.getByRole('combobox', { name: 'Repository' }).click()
  await page.getByRole('option', { name: /^github\.com\/acme\/payments\s*\d/ }).click()
  await page.getByLabel('From').fill('2026-01-01T00:00')
  await page.getByRole('button', { name: 'Apply' }).click()
  await page.waitForURL((url) => url.searchParams.get('repository') === 'github.com/acme/payments' && url.searchParams.get('since')?.startsWith('202'))
  await rows(page).first().waitFor()
  for (const text of await rows(page).allTextContents()) assert.match(text, /acme\/payments/)
  await page.done()
})

test('exports come in three formats', async () => {
  const page = await open(browser, server.url)
  await enterDemo(page, 'Auditor')
  await page.goto('/audit?effect=hold')
  for (const [format, file, first] of [
    [/^JSON Lines/, 'ambit-events.jsonl', /^\{.*"schema":"ambit\.audit\/v1"/],
    [/^CSV/, 'ambit-events.csv', /^seq,/],
    [/^OCSF/, 'ambit-events.ocsf.jsonl', /"class_uid":/],
  ]) {
    await page.getByRole('button', { name: 'Export' }).click()
    const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('menuitem', { name: format }).click()])
    assert.equal(download.suggestedFilename(), file)
    const text = await readFile(await download.path(), 'utf8')
    assert.match(text.split('\n')[0], first)
    await page.keyboard.press('Escape')
  }
  await page.done()
})

test('an export with proofs is an archive', async () => {
  const page = await open(browser, server.url)
  await enterDemo(page, 'Auditor')
  await page.goto('/audit?effect=hold')
  await page.getByRole('button', { name: 'Export' }).click()
  const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('menuitem', { name: /^With proofs/ }).click()])
  assert.equal(download.suggestedFilename(), 'ambit-evidence.zip')
  const archive = (await readFile(await download.path())).toString('latin1')
  assert.match(archive, /^PK/)
  for (const file of ['events.jsonl', 'proofs.jsonl', 'ledger.pub', 'manifest.json']) assert.ok(archive.includes(`ambit-evidence/${file}`), file)
  await page.done()
})

test('an event’s proof, as the browser saves it, is checked with the public key alone', async () => {
  const page = await open(browser, server.url)
  await enterDemo(page, 'Auditor')
  await rows(page).first().getByRole('link').click()
  await page.getByRole('button', { name: 'Make the proof' }).click()
  const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name: 'Proof' }).click()])
  const proof = join(server.data, '..', `${Date.now()}-proof.json`)
  try {
    await download.saveAs(proof)
    const key = join(server.data, 'ledger.pub')
    const good = await run(['audit', 'prove', '--check', proof, '--key', key])
    assert.equal(good.status, 0, good.err)
    const text = await readFile(proof, 'utf8')
    await writeFile(proof, text.replace('acme.test', 'acme.fake'))
    const bad = await run(['audit', 'prove', '--check', proof, '--key', key])
    assert.equal(bad.status, 1, bad.out)
  } finally {
    await rm(proof, { force: true })
  }
  await page.done()
})

test('the ledger is verified against a checkpoint that was kept', async () => {
  const page = await open(browser, server.url)
  await enterDemo(page, 'Auditor')
  await page.goto('/status')
  const { note } = await (await page.request.get('/api/v1/audit/checkpoint')).json()
  await page.getByLabel('Checkpoint that you kept').fill(note)
  await page.getByRole('button', { name: 'Verify now' }).click()
  await page.getByText(/Nothing was altered: [\d,]+ entries checked/).waitFor()
  page.expectFailures(400)
  await page.getByLabel('Checkpoint that you kept').fill(note.replace(/\d/, (digit) => (digit === '9' ? '8' : '9')))
  await page.getByRole('button', { name: 'Verify now' }).click()
  await page.getByRole('alert').filter({ hasText: 'checkpoint is not one that this ledger signed' }).waitFor()
  await page.done()
})

test('retention: a shorter rule is asked about, saved and counted; a hold keeps what it finds until it is released', async () => {
  const page = await open(browser, server.url)
  await enterDemo(page, 'Security admin')
  const old = async (person) => {
    const until = new Date(Date.now() - 4 * 86_400_000).toISOString()
    const answer = await page.request.get('/api/v1/audit/events', { params: { person, phase: 'decision', until } })
    return (await answer.json()).events.length
  }
  assert.ok((await old('ben.osei@acme.test')) > 0, 'the demo has no old decisions')
  await page.goto('/retention')
  await page.getByLabel('Decisions: days').fill('2')
  await page.getByRole('button', { name: 'Save rules' }).click()
  const sure = page.getByRole('dialog')
  await sure.getByText(/Decisions: 2 days/).waitFor()
  await accessible(page, 'a shorter rule')
  await sure.getByRole('button', { name: 'Save rules' }).click()
  await sure.waitFor({ state: 'detached' })
  assert.deepEqual(
    (await (await page.request.get('/api/v1/retention')).json()).rules.find((rule) => rule.class === 'decision'),
    { class: 'decision', days: 2 },
  )

  await page.getByRole('button', { name: 'Add hold' }).click()
  await page.getByRole('dialog').getByLabel('Name').fill('Case 7')
  await page.getByRole('dialog').getByLabel('Person').fill('ada.park@acme.test')
  await page.getByText('Keeps: Person ada.park@acme.test').waitFor()
  await accessible(page, 'a new hold')
  await page.getByRole('dialog').getByRole('button', { name: 'Add hold' }).click()
  await page.getByRole('row', { name: /Case 7/ }).waitFor()

  const decisions = page.getByRole('row', { name: /^Decisions/ }).getByRole('cell')
  await page.getByRole('button', { name: 'Count what is due' }).click()
  await page.waitForFunction(() => document.querySelectorAll('table[aria-label], section[aria-label="Retention rules"] tbody tr:first-child td').length === 5)
  const [due, held] = (await decisions.allTextContents()).slice(2).map((text) => Number(text.replaceAll(',', '')))
  assert.ok(due > 0 && held > 0, `${due} due, ${held} held`)

  await page.getByRole('button', { name: 'Remove now' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Remove', exact: true }).click()
  await page.getByRole('status').filter({ hasText: /events and [\d,]+ prompts? removed/ }).waitFor({ timeout: 20_000 })
  assert.ok((await old('ada.park@acme.test')) > 0, 'what the hold covers is gone')
  assert.equal(await old('ben.osei@acme.test'), 0, 'what is due is there still')

  await page.getByRole('button', { name: 'Release Case 7' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Release' }).click()
  await page.getByText(/^Released /).waitFor()
  await page.goto('/status')
  await page.getByRole('button', { name: 'Verify now' }).click()
  await page.getByText(/removed under retention, which the ledger records/).waitFor()
  await page.done()
})

test('a person’s prompts are purged, and an auditor may only look', async () => {
  const page = await open(browser, server.url)
  await enterDemo(page, 'Security admin')
  await page.goto('/retention')
  await page.getByRole('combobox', { name: 'Person' }).fill('ada.park@acme.test')
  await page.getByRole('heading', { name: 'Purge prompts' }).click() // closes the choices
  await page.getByRole('button', { name: 'Purge' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Purge' }).click()
  await page.getByRole('status').filter({ hasText: /^[1-9]\d* purged/ }).waitFor()
  await page.done()

  const auditor = await open(browser, server.url)
  await enterDemo(auditor, 'Auditor')
  await auditor.goto('/retention')
  await auditor.getByRole('row', { name: /^Decisions/ }).waitFor()
  for (const name of ['Save rules', 'Remove now', 'Add hold', 'Purge'])
    assert.equal(await auditor.getByRole('button', { name }).count(), 0, name)
  await auditor.done()
})
