import type { SetAsideRetried } from '../../api/generated'
import { numberOf } from './words'

/** Sent is how sending again went, over as many requests as it took. */
export type Sent = Pick<SetAsideRetried, 'delivered' | 'refused' | 'gone' | 'answer' | 'stopped'>

const nothing: Sent = { delivered: 0, refused: 0, gone: 0, stopped: false }

/**
 * sendAll sends page after page to its end, or until the receiver can't be reached, and tells after each how far it is.
 * The cursor goes past what is refused again, so that it comes to an end.
 */
export async function sendAll(
  send: (after: string) => Promise<SetAsideRetried>,
  tell: (sent: Sent) => void,
): Promise<void> {
  let sent = nothing
  let after = ''
  do {
    const page = await send(after)
    sent = add(sent, page)
    tell(sent)
    after = page.stopped ? '' : page.next
  } while (after !== '')
}

const add = (sent: Sent, page: SetAsideRetried): Sent => ({
  delivered: sent.delivered + page.delivered,
  refused: sent.refused + page.refused,
  gone: sent.gone + page.gone,
  answer: page.answer ?? sent.answer,
  stopped: page.stopped,
})

/** doneOf is how many messages sending again is through with. */
export const doneOf = (sent: Sent) => sent.delivered + sent.refused + sent.gone

/** sentWords says how sending again went: "2 delivered, 1 refused again: 400 Bad Request". */
export function sentWords({ delivered, refused, gone, answer, stopped }: Sent): string {
  const parts = []
  if (delivered > 0) parts.push(`${numberOf(delivered)} delivered`)
  if (gone > 0) parts.push(`${numberOf(gone)} gone: retention has removed the event${gone === 1 ? '' : 's'}`)
  if (refused > 0) parts.push(`${numberOf(refused)} refused again`)
  const words = parts.join(', ') || 'Nothing delivered'
  if (stopped) return `${words}. Stopped, as the receiver can’t be reached: ${answer ?? 'no answer'}`
  return refused > 0 && answer ? `${words}: ${answer}` : words
}
