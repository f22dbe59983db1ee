// Sets a fresh server up as the wizard does, through the API, and leaves the page's browser signed in as the owner.
import assert from 'node:assert/strict'
import { totp } from './totp.mjs'

const owner = { email: 'olga@example.test', name: 'Olga Owner', password: 'correct horse battery' }

export async function setUp(page, server) {
  const token = new URL(server.link).searchParams.get('token')
  let csrf
  const post = async (path, data) => {
    const answer = await page.request.post(`${server.url}/api/v1/setup/${path}`, { data, headers: csrf ? { 'X-CSRF-Token': csrf } : {} })
    assert.ok(answer.ok(), `${path}: ${answer.status()} ${await answer.text()}`)
    return answer.text()
  }
  await post('start', { token })
  const pending = JSON.parse(await post('owner', { token, ...owner }))
  const done = JSON.parse(await post('confirm', { token, code: totp(pending.totp.secret.replace(/\s/g, '')) }))
  csrf = done.session.csrf
  await post('policy', { pack: 'standard' })
}
