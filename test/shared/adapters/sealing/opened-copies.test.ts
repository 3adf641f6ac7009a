import { expect, it } from 'vitest'
import { OpenedCopies } from '../../../../shared/adapters/sealing/opened-copies.ts'

/** Copies of sixteen characters, name and text together, of which four find room. */
function start() {
  const copies = new OpenedCopies(64)
  const opened: string[] = []
  const find = (name: string) =>
    copies.find(name, async () => {
      opened.push(name)
      return `${name}text`
    })
  return { copies, opened, find }
}

it('forgets those that it opened first where all are too much, and keeps the others', async () => {
  const { opened, find } = start()
  const names = ['copy-1', 'copy-2', 'copy-3', 'copy-4', 'copy-5']
  for (const name of names) await find(name)
  opened.length = 0

  for (const name of names.toReversed()) expect(await find(name)).toBe(`${name}text`)

  expect(opened).toEqual(['copy-1'])
})

it('does not count what failed', async () => {
  const { copies, opened, find } = start()
  for (let at = 0; at < 100; at++) await copies.find(`bad-${at}`, () => Promise.reject(new Error('no'))).catch(() => {})
  await find('copy-1')
  opened.length = 0

  await find('copy-1')

  expect(opened).toEqual([])
})
