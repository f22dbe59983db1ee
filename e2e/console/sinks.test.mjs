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
  await detail.getByRole('button', { name: 'Send all again' }).click()
  await detail.getByRole('heading', { name: /Set aside/ }).waitFor({ state: 'detached' })
  await detail.getByText('1 delivered').waitFor() // told although the list is empty now
  await detail.getByRole('button', { name: 'Replace' }).click()
  assert.match(await detail.locator('code').textContent(), /^whsec_/)
  await detail.getByRole('button', { name: 'Edit' }).click()
  assert.equal(await detail.getByLabel('Signing secret').inputValue(), '')
  await detail.getByRole('combobox', { name: 'Repository' }).fill('github.com/acme/payments')
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

test('what was set aside is paged, sent again one by one and together, and dismissed', async () => {
  const page = await open(browser, server.url)
  await enterDemo(page, 'Owner')
  await page.goto('/sinks')
  await page.getByRole('button', { name: 'Add sink' }).click()
  const adding = page.getByRole('dialog', { name: 'Add sink' })
  await adding.getByRole('button', { name: /Webhook/ }).click()
  await adding.getByLabel('Name', { exact: true }).fill('Picky')
  await adding.getByLabel('URL').fill(`http://127.0.0.1:${receiver.address().port}/hook`)
  await adding.getByLabel('Start with the ledger').check()
  await adding.getByRole('button', { name: 'Add Webhook' }).click()
  refuse = (body) => body.includes('"type":"file.write"')
  await adding.getByRole('button', { name: 'Start' }).click()
  const row = page.getByRole('row', { name: /Picky/ })
  await row.getByText('Up to date').waitFor({ timeout: 60_000 })
  const { sinks } = await (await page.request.get('/api/v1/sinks')).json()
  const { id, status } = sinks.find((sink) => sink.spec.name === 'Picky')
  assert.ok(status.set_aside > 21, `the sample organisation gave only ${status.set_aside} messages to set aside`)

  await page.getByRole('button', { name: 'Picky' }).click()
  const detail = page.getByRole('dialog', { name: 'Picky' })
  const messages = detail.getByRole('region', { name: /Set aside/ }).getByRole('listitem')
  await messages.nth(19).waitFor()
  assert.equal(await messages.count(), 20)
  await detail.getByRole('button', { name: 'Show more' }).click()
  await messages.nth(20).waitFor()
  await accessible(page, 'a list of what was set aside')

  const listed = async () => (await (await page.request.get(`/api/v1/sinks/${id}/set-aside`)).json()).set_aside.map((one) => one.event_id)
  const [first, second] = await listed()
  await detail.getByRole('button', { name: `Send again: ${first}` }).click()
  await detail.getByText('1 refused again: 400 Bad Request not this one').waitFor()
  refuse = (body) => body.includes(second)
  await detail.getByRole('button', { name: `Send again: ${first}` }).click()
  await detail.getByText('1 delivered', { exact: true }).waitFor()
  await messages.filter({ hasText: first }).waitFor({ state: 'detached' })
  await detail.getByRole('button', { name: 'Send all again' }).click()
  await detail.getByText(`${status.set_aside - 2} delivered, 1 refused again: 400 Bad Request not this one`).waitFor({ timeout: 30_000 })
  await messages.nth(1).waitFor({ state: 'detached' })
  assert.deepEqual(await listed(), [second])

  await detail.getByRole('button', { name: `Dismiss: ${second}` }).click()
  await detail.getByText('This receiver will never get this message. It stays in the ledger.').waitFor()
  await accessible(page, 'before a message is dismissed')
  await detail.getByRole('button', { name: 'Cancel' }).click()
  assert.deepEqual(await listed(), [second])
  await detail.getByRole('button', { name: `Dismiss: ${second}` }).click()
  await detail.getByRole('button', { name: 'Dismiss it' }).click()
  await detail.getByRole('heading', { name: 'Nothing is set aside now' }).waitFor()
  await detail.getByText('Dismissed: this receiver will not get it').waitFor()
  assert.deepEqual(await listed(), [])
  const { events } = await (await page.request.get('/api/v1/audit/events?type=sink.set_aside_dismissed')).json()
  assert.deepEqual(events.map((event) => event.change.after), [{ dismissed: 1, messages: [second] }])
  assert.equal((await page.request.get(`/api/v1/audit/events/${second}`)).status(), 200)

  refuse = () => false
  await detail.getByRole('button', { name: 'Delete' }).click()
  await detail.getByRole('button', { name: 'Delete sink' }).click()
  await row.waitFor({ state: 'detached' })
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

test('advanced settings and the whole filter are saved, shown again and edited', async () => {
  const page = await open(browser, server.url, { colorScheme: 'dark' })
  await enterDemo(page, 'Owner')
  const specOf = async (name) => {
    const { sinks } = await (await page.request.get('/api/v1/sinks')).json()
    return sinks.find((sink) => sink.spec.name === name).spec
  }
  await page.goto('/sinks')
  await page.getByRole('button', { name: 'Add sink' }).click()
  const adding = page.getByRole('dialog', { name: 'Add sink' })
  await adding.getByRole('button', { name: /Webhook/ }).click()
  await adding.getByLabel('Name', { exact: true }).fill('Fine')
  await adding.getByLabel('URL').fill(`http://127.0.0.1:${receiver.address().port}/hook`)
  await adding.getByRole('combobox', { name: 'Action' }).click()
  await page.getByRole('option', { name: 'shell.exec' }).click()
  await adding.getByLabel('Session').fill('s-1')
  await adding.getByRole('combobox', { name: 'Policy layer' }).fill('organisation')
  await adding.getByRole('combobox', { name: 'Type' }).fill('shell.exec')
  await adding.getByLabel('Text').fill('"git push"')
  await adding.getByRole('button', { name: 'Show advanced settings' }).click()
  for (const [label, value] of [
    ['Events in a request', '5'],
    ['Size of a request', '128'],
    ['Wait for more events', '500'],
    ['Alarm after a lag of', '60'],
    ['Events that may wait', '2000'],
    ['Size of what may wait', '2'],
  ]) {
    await adding.getByLabel(label).fill(value)
  }
  await adding.getByLabel('Compress requests').uncheck()
  await accessible(page, 'advanced settings of a sink')
  await adding.getByRole('button', { name: 'Add Webhook' }).click()
  await adding.getByRole('button', { name: 'Leave it paused' }).click()
  const made = await specOf('Fine')
  assert.deepEqual(made.filter, { action: 'shell.exec', session: 's-1', layer: 'organisation', type: 'shell.exec', q: '"git push"' })
  assert.deepEqual(made.batch, { items: 5, bytes: 131072, age_ms: 500 })
  assert.deepEqual([made.quota, made.alarm_after_s, made.gzip], [{ events: 2000, bytes: 2097152 }, 60, false])

  await page.getByRole('button', { name: 'Fine' }).click()
  const detail = page.getByRole('dialog', { name: 'Fine' })
  await detail.getByRole('button', { name: 'Edit' }).click()
  await detail.getByRole('button', { name: 'Show advanced settings' }).click()
  assert.equal(await detail.getByLabel('Size of a request').inputValue(), '128 KiB')
  await detail.getByLabel('Events in a request').fill('6')
  await detail.getByLabel('Alarm after a lag of').fill('')
  await detail.getByLabel('Session').fill('')
  await detail.getByRole('button', { name: 'Save' }).click()
  await detail.getByRole('button', { name: 'Edit' }).waitFor()
  const { session: _session, ...filter } = made.filter
  assert.deepEqual(await specOf('Fine'), { ...made, filter, batch: { ...made.batch, items: 6 }, alarm_after_s: 900 })
  await page.done()
})

test('a Datadog sink that goes through a proxy can be edited', async () => {
  const page = await open(browser, server.url)
  await enterDemo(page, 'Owner')
  await page.goto('/sinks')
  await page.getByRole('button', { name: 'Add sink' }).click()
  const adding = page.getByRole('dialog', { name: 'Add sink' })
  await adding.getByRole('button', { name: /Datadog/ }).click()
  await adding.getByLabel('Name', { exact: true }).fill('Proxy')
  await adding.getByLabel('API key').fill('key-1')
  await adding.getByRole('button', { name: 'Add Datadog' }).click()
  await adding.getByText('One of the two is missing').waitFor()
  const url = `http://127.0.0.1:${receiver.address().port}`
  await adding.getByLabel('Or URL').fill(url)
  await adding.getByRole('button', { name: 'Add Datadog' }).click()
  await adding.getByRole('button', { name: 'Leave it paused' }).click()
  await page.getByRole('button', { name: 'Proxy' }).click()
  const detail = page.getByRole('dialog', { name: 'Proxy' })
  await detail.getByRole('button', { name: 'Edit' }).click()
  await detail.getByLabel('Service').fill('agents')
  await detail.getByRole('button', { name: 'Save' }).click()
  await detail.getByRole('button', { name: 'Edit' }).waitFor()
  const { sinks } = await (await page.request.get('/api/v1/sinks')).json()
  const { datadog } = sinks.find((sink) => sink.spec.name === 'Proxy').spec
  assert.deepEqual([datadog.url, datadog.site, datadog.service], [url, undefined, 'agents'])
  await page.done()
})

test('a syslog sink is told how long a message its receiver takes', async () => {
  const page = await open(browser, server.url)
  await enterDemo(page, 'Owner')
  const longest = async () => {
    const { sinks } = await (await page.request.get('/api/v1/sinks')).json()
    return sinks.find((sink) => sink.spec.kind === 'syslog').spec.syslog.max_bytes
  }
  await page.goto('/sinks')
  await page.getByRole('button', { name: 'Add sink' }).click()
  const adding = page.getByRole('dialog', { name: 'Add sink' })
  await adding.getByRole('button', { name: /Syslog/ }).click()
  await adding.getByLabel('Name', { exact: true }).fill('Logs')
  await adding.getByLabel('Address').fill('127.0.0.1:6514')
  await adding.getByLabel('Without TLS').check()
  await adding.getByRole('button', { name: 'Show advanced settings' }).click()
  await adding.getByLabel('Longest message').fill('64')
  await accessible(page, 'advanced settings of a syslog sink')
  await adding.getByRole('button', { name: 'Add Syslog' }).click()
  await adding.getByRole('button', { name: 'Leave it paused' }).click()
  assert.equal(await longest(), 65536)

  await page.getByRole('button', { name: 'Logs' }).click()
  const detail = page.getByRole('dialog', { name: 'Logs' })
  await detail.getByRole('button', { name: 'Edit' }).click()
  await detail.getByRole('button', { name: 'Show advanced settings' }).click()
  assert.equal(await detail.getByLabel('Longest message').inputValue(), '64 KiB')
  await detail.getByLabel('Application name').fill('agents')
  await detail.getByRole('button', { name: 'Save' }).click()
  await detail.getByRole('button', { name: 'Edit' }).waitFor()
  assert.equal(await longest(), 65536)
  await detail.getByRole('button', { name: 'Edit' }).click()
  await detail.getByRole('button', { name: 'Show advanced settings' }).click()
  await detail.getByLabel('Longest message').fill('')
  await detail.getByRole('button', { name: 'Save' }).click()
  await detail.getByRole('button', { name: 'Edit' }).waitFor()
  assert.equal(await longest(), 1048576)
  await page.done()
})
