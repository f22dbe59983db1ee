import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import { after, before, test } from 'node:test'
import { gunzipSync } from 'node:zlib'
import { accessible, enterDemo, launch, open } from './browser.mjs'
import { start } from './server.mjs'

let browser
let server
let receiver
let refuse = () => false
const bodies = []
before(async () => {
  browser = await launch()
  server = await start('--demo')
  receiver = createServer((request, response) => {
    const chunks = []
    request.on('data', (chunk) => chunks.push(chunk))
    request.on('end', () => {
      const raw = Buffer.concat(chunks)
      const body = (request.headers['content-encoding'] === 'gzip' ? gunzipSync(raw) : raw).toString()
      response.statusCode = refuse(body) ? 400 : 200
      if (response.statusCode === 200) bodies.push(body)
      response.end(response.statusCode === 200 ? 'thank you' : 'not this one')
    })
  })
  await new Promise((resolve) => receiver.listen(0, '127.0.0.1', resolve))
})
after(async () => {
  await browser?.close()
  await server?.stop()
  receiver?.close()
})

test('a webhook is added, tested, started, refuses, is mended, paused and deleted', async () => {
  const page = await open(browser, server.url)
  await enterDemo(page, 'Owner')
  await page.getByRole('link', { name: 'Sinks' }).click()
  await page.getByText('The ledger is forwarded nowhere.').waitFor()
  await accessible(page, 'no sinks')

  await page.getByRole('button', { name: 'Add sink' }).click()
  const adding = page.getByRole('dialog', { name: 'Add sink' })
  await adding.getByRole('button', { name: /Webhook/ }).click()
  await adding.getByRole('button', { name: 'Add Webhook' }).click()
  await adding.getByText('Give it a name').waitFor()
  await adding.getByLabel('Name', { exact: true }).fill('SIEM')
  await adding.getByLabel('URL').fill(`http://127.0.0.1:${receiver.address().port}/hook`)
  await accessible(page, 'add a webhook')
  await adding.getByRole('button', { name: 'Add Webhook' }).click()
  const secret = await adding.locator('code').textContent()
  assert.match(secret, /^whsec_/)
  await adding.getByRole('button', { name: 'Send a test event' }).click()
  await adding.getByText('Accepted: 200 OK thank you').waitFor()
  await accessible(page, 'test a sink')

  refuse = (body) => body.includes('"sink.resumed"') // what starting it records
  await adding.getByRole('button', { name: 'Start' }).click()
  const row = page.getByRole('row', { name: /SIEM/ })
  await row.getByText('Running').waitFor()
  await row.getByRole('cell', { name: '1', exact: true }).last().waitFor({ timeout: 60_000 })
  assert.ok(!(await page.content()).includes(secret), 'the signing secret is still on the page')
  await page.getByRole('button', { name: 'SIEM' }).click()
  const detail = page.getByRole('dialog', { name: 'SIEM' })
  await detail.getByText('400 Bad Request not this one').first().waitFor()
  await accessible(page, 'a sink with a message set aside')

  refuse = () => false
  await detail.getByRole('button', { name: 'Send them again' }).click()
  await detail.getByRole('heading', { name: /Set aside/ }).waitFor({ state: 'detached' })
  await detail.getByRole('button', { name: 'Replace' }).click()
  assert.match(await detail.locator('code').textContent(), /^whsec_/)
  await detail.getByRole('button', { name: 'Edit' }).click()
  assert.equal(await detail.getByLabel('Signing secret').inputValue(), '')
  await detail.getByLabel('Repository').fill('github.com/acme/payments')
  await accessible(page, 'edit a sink')
  await detail.getByRole('button', { name: 'Save' }).click()
  await detail.getByRole('button', { name: 'Pause' }).click()
  await detail.getByText('Paused').waitFor()
  await detail.getByRole('button', { name: 'Delete' }).click()
  await detail.getByRole('button', { name: 'Delete sink' }).click()
  await page.getByText('The ledger is forwarded nowhere.').waitFor()
  assert.ok(bodies.some((body) => body.includes('sink.test')))
  await page.done()
})

test('an auditor sees sinks and changes nothing', async () => {
  const page = await open(browser, server.url)
  await enterDemo(page, 'Auditor')
  await page.getByRole('link', { name: 'Sinks' }).click()
  await page.getByRole('heading', { name: 'Sinks' }).waitFor()
  await page.getByText('The ledger is forwarded nowhere.').waitFor()
  assert.equal(await page.getByRole('button', { name: 'Add sink' }).count(), 0)
  await page.done()
})
