// Starts the real executable on a free port, with a data folder that goes away afterwards.
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const binary = process.env.BINARY ?? fileURLToPath(new URL('../../bin/ambit', import.meta.url))

/** start resolves once the server printed its address: {url, link, data, output, stop}; link is the set-up link. */
export async function start(...flags) {
  const data = mkdtempSync(join(tmpdir(), 'ambit-console-'))
  const server = spawn(binary, ['serve', '--data', data, '--listen', '127.0.0.1:0', ...flags])
  let output = ''
  const gone = new Promise((resolve) => server.once('exit', resolve))
  const stop = async () => {
    server.kill('SIGTERM')
    await gone
    rmSync(data, { recursive: true, force: true })
  }
  const ready = new Promise((resolve, reject) => {
    const look = (chunk) => {
      output += chunk
      const url = /http:\/\/localhost:\d+/.exec(output)?.[0]
      const link = /http:\/\/localhost:\d+\/setup\?token=\S+/.exec(output)?.[0]
      if (url && (link || flags.includes('--demo'))) resolve({ url, link })
    }
    server.stdout.on('data', look)
    server.stderr.on('data', look)
    server.once('error', reject)
    gone.then((status) => reject(new Error(`ambit serve ended with status ${status}:\n${output}`)))
    // Not a pause but an end to waiting: a server that prints nothing must not hang the tests.
    setTimeout(() => reject(new Error(`ambit serve printed no address within 30 s:\n${output}`)), 30_000).unref()
  })
  try {
    const { url, link } = await ready
    await untilReady(url)
    return { url, link, data, output: () => output, stop }
  } catch (error) {
    server.kill('SIGKILL')
    rmSync(data, { recursive: true, force: true })
    throw error
  }
}

async function untilReady(url) {
  const end = Date.now() + 20_000
  for (;;) {
    const answer = await fetch(`${url}/readyz`).catch(() => undefined)
    if (answer?.ok) return
    if (Date.now() > end) throw new Error('/readyz was not 200 within 20 s')
    await new Promise((resolve) => setTimeout(resolve, 50)) // polls: there is no other sign
  }
}

/** run runs a verb of the executable to its end and resolves with its standard output. */
export function run(args, { input = '', env = {} } = {}) {
  return new Promise((resolve, reject) => {
    const verb = spawn(binary, args, { env: { ...process.env, ...env } })
    let out = ''
    let err = ''
    verb.stdout.on('data', (chunk) => (out += chunk))
    verb.stderr.on('data', (chunk) => (err += chunk))
    verb.once('error', reject)
    verb.once('exit', (status) => resolve({ status, out, err }))
    verb.stdin.end(input)
  })
}
