import { expect, test } from 'vitest'
import type { SetAsideRetried } from '../../api/generated'
import { doneOf, type Sent, sendAll, sentWords } from './aside'

const page = (rest: Partial<SetAsideRetried>): SetAsideRetried => ({
  delivered: 0,
  refused: 0,
  gone: 0,
  stopped: false,
  next: '',
  ...rest,
})

/** sending answers with one page after the other, and gives what was asked for and told. */
async function sending(...pages: SetAsideRetried[]) {
  const asked: string[] = []
  const told: Sent[] = []
  const send = async (after: string) => pages[asked.push(after) - 1] ?? page({})
  await sendAll(send, (sent) => told.push(sent))
  return { asked, told }
}

test('all are sent, page after page, and added up', async () => {
  const { asked, told } = await sending(
    page({ delivered: 198, refused: 2, answer: '400 no', next: 'event.200' }),
    page({ delivered: 3, gone: 1 }),
  )
  expect(asked).toEqual(['', 'event.200'])
  expect(told.map(doneOf)).toEqual([200, 204])
  expect(told.at(-1)).toEqual({ delivered: 201, refused: 2, gone: 1, answer: '400 no', stopped: false })
})

test('sending stops where the receiver can’t be reached', async () => {
  const { asked, told } = await sending(
    page({ delivered: 200, next: 'event.200' }),
    page({ delivered: 4, stopped: true, answer: 'connection refused', next: 'event.400' }),
  )
  expect(asked).toEqual(['', 'event.200'])
  expect(told.at(-1)).toMatchObject({ delivered: 204, stopped: true, answer: 'connection refused' })
})

test('how it went, in words', () => {
  expect(sentWords(page({ delivered: 1204 }))).toBe('1,204 delivered')
  expect(sentWords(page({ delivered: 2, refused: 1, answer: '400 no' }))).toBe(
    '2 delivered, 1 refused again: 400 no',
  )
  expect(sentWords(page({ gone: 1 }))).toBe('1 gone: retention has removed the event')
  expect(sentWords(page({ gone: 2, refused: 1, answer: '400 no' }))).toBe(
    '2 gone: retention has removed the events, 1 refused again: 400 no',
  )
  expect(sentWords(page({ stopped: true, answer: 'no route' }))).toBe(
    'Nothing delivered. Stopped, as the receiver can’t be reached: no route',
  )
  expect(sentWords(page({ delivered: 3, stopped: true, answer: 'connection refused' }))).toBe(
    '3 delivered. Stopped, as the receiver can’t be reached: connection refused',
  )
})
