import { describe, expect, it } from 'vitest'
import { listDead, subjectOf } from '../../../cli/redrive/list-dead.ts'
import { redrive } from '../../../cli/redrive/redrive.ts'
import type { DeadLetter, DeadLetterCounts, DeadLetters } from '../../../shared/ports/dead-letters.ts'
import { at } from '../../support/records.ts'

const hint = JSON.stringify({
  id: '1',
  source: 'shelflife',
  'detail-type': 'ImagePushed',
  detail: { registry: 'registry.example.com', repository: 'team/app', tag: 'v1' },
})

/** A queue whose counts are these, one after the other, the last for ever. */
function queueOf(counts: readonly DeadLetterCounts[], given = 0, letters: readonly DeadLetter[] = []): DeadLetters {
  const left = [...counts]
  return {
    countDeadLetters: async () => (left.length > 1 ? left.shift() : left[0]) ?? { dead: 0, waiting: 0 },
    listDeadLetters: async most => letters.slice(0, most),
    redrive: async () => given,
  }
}

const empty = queueOf([{ dead: 0, waiting: 0 }])
const soon = { waits: true, asksEveryMs: 1 }

describe('shelflife redrive', () => {
  it('lists how many lie where, what each is of, and where it says why', async () => {
    const letters = [{ id: 'm-1', body: hint, sentAt: at(0) }]

    const { lines, isWell } = await listDead({
      hints: queueOf([{ dead: 3, waiting: 2 }], 0, letters),
      sync: empty,
      reconcile: empty,
      sweep: empty,
    })

    expect(isWell).toBe(true)
    expect(lines).toEqual([
      'hints: 3 dead letters, 2 waiting',
      `  ${at(0).toISOString().replace('.000', '')}  ImagePushed of registry.example.com/team/app  message_id m-1`,
      '  and about 2 more',
      expect.stringMatching(/^ {2}why: the log of sync; then \S+ redrive hints$/),
      'sync: 0 dead letters, 0 waiting',
      'reconcile: 0 dead letters, 0 waiting',
      'sweep: 0 dead letters, 0 waiting',
    ])
  })

  it('tells how many were handled and how many failed again, once the queue is empty', async () => {
    const queue = queueOf(
      [
        { dead: 0, waiting: 5 },
        { dead: 1, waiting: 2 },
        { dead: 2, waiting: 0 },
      ],
      5,
    )

    const { lines, isWell } = await redrive('sync', queue, soon)

    expect(lines[0]).toBe('sync: 5 messages given back: 3 handled, 2 failed again')
    expect(isWell).toBe(false)
  })

  it('does not take a queue for empty that was counted so in passing', async () => {
    const queue = queueOf(
      [
        { dead: 0, waiting: 0 },
        { dead: 0, waiting: 1 },
        { dead: 1, waiting: 0 },
      ],
      1,
    )

    const { lines } = await redrive('sync', queue, soon)

    expect(lines[0]).toBe('sync: 1 message given back: 0 handled, 1 failed again')
  })

  it('says what still waits when its time is over', async () => {
    const { lines, isWell } = await redrive('sync', queueOf([{ dead: 0, waiting: 4 }], 5), { ...soon, atMostMs: 0 })

    expect(lines[0]).toContain('1 handled, 0 failed again, 4 still wait')
    expect(isWell).toBe(false)
  })

  it('says so where nothing lies there', async () => {
    const { lines, isWell } = await redrive('sweep', empty, soon)

    expect(lines).toEqual(['sweep: no dead letters'])
    expect(isWell).toBe(true)
  })

  it.each([
    [
      { 'detail-type': 'SyncRequested', detail: { registry: 'r.example.com', repository: 'a/b' } },
      'SyncRequested of r.example.com/a/b',
    ],
    [{ 'detail-type': 'ECR Image Action', detail: { 'repository-name': 'a/b' } }, 'ECR Image Action of a/b'],
    [{ 'detail-type': 'Other', detail: 5 }, 'Other'],
    [
      {
        cluster: 'c',
        namespace: 'ns',
        policy: 'p',
        runId: '1',
        registry: 'r.example.com',
        repository: 'a/b',
        attempt: '1',
      },
      'sweep of r.example.com/a/b by policy ns/p',
    ],
    [
      { namespace: 'ns', policy: 'p', registry: 'r.example.com', repository: 'a/b', restore: { at: '' } },
      'restore of r.example.com/a/b by policy ns/p',
    ],
    [[], 'a message that cannot be read'],
  ])('says of %j that it is %s', (message, text) => {
    expect(subjectOf(JSON.stringify(message))).toBe(text)
  })

  it('says of what is no JSON that it cannot be read', () => {
    expect(subjectOf('{')).toBe('a message that cannot be read')
  })
})
