// Starts the certified OpenID provider of ../idp/oidc-provider, and signs people in at its plain forms.
import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const program = fileURLToPath(new URL('../idp/oidc-provider/op.mjs', import.meta.url))

/** startProvider resolves with {issuer, stop} once it listens; redirect is our callback. */
export function startProvider(redirect) {
  const provider = spawn(process.execPath, [program, '0', redirect], { stdio: ['pipe', 'pipe', 'pipe'], env: { ...process.env, OP_WATCH_STDIN: '1' } })
  const gone = new Promise((resolve) => provider.once('exit', resolve))
  const stop = async () => {
    provider.kill('SIGTERM')
    await gone
  }
  let output = ''
  return new Promise((resolve, reject) => {
    const look = (chunk) => {
      output += chunk
      const issuer = /listening (\S+)/.exec(output)?.[1]
      if (issuer) resolve({ issuer, stop })
    }
    provider.stdout.on('data', look)
    provider.stderr.on('data', look)
    provider.once('error', reject)
    gone.then((status) => reject(new Error(`the provider ended with status ${status}; is it installed (npm ci)?\n${output}`)))
  })
}

/** signInAt fills the provider's forms: who it is, and that they agree. */
export async function signInAt(page, name) {
  await page.locator('input[name=login]').fill(name)
  await page.locator('input[name=password]').fill('any')
  await page.locator('button[type=submit]').click()
  await page.locator('form[action$="/confirm"], form:has(input[name=prompt][value=consent])').first().waitFor()
  await page.locator('button[type=submit]').click()
}
