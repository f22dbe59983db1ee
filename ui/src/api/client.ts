import { client } from './generated/client.gen'
import { refusalOf } from './problem'

let csrf = ''

/** keepCsrf remembers the session's token; every request that changes something sends it. */
export function keepCsrf(token: string | undefined) {
  csrf = token ?? ''
}

client.setConfig({ baseUrl: window.location.origin })
client.interceptors.request.use((request) => {
  if (csrf && request.method !== 'GET') request.headers.set('X-CSRF-Token', csrf)
  return request
})

interface Answer<T> {
  data?: T
  error?: unknown
  response?: Response
}

/** call unwraps an answer of the generated client: the body, or a Refusal thrown. */
export async function call<T>(pending: Promise<Answer<T>>): Promise<T> {
  let answer: Answer<T>
  try {
    answer = await pending
  } catch {
    throw refusalOf(0, undefined)
  }
  if (answer.error !== undefined || !answer.response?.ok) {
    throw refusalOf(answer.response?.status ?? 0, answer.error)
  }
  return answer.data as T
}
