import { randomUUID } from 'node:crypto'
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import pMap from 'p-map'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createDynamoStore } from '../../../../shared/adapters/store/dynamo-store.ts'
import type { AuditEntry } from '../../../../shared/domain/audit.ts'
import type { Digest } from '../../../../shared/domain/digest.ts'
import type { ImageRecord } from '../../../../shared/domain/records/images.ts'
import type { Store } from '../../../../shared/ports/store.ts'
import { type LocalStore, startLocalStore } from '../../../support/local-store.ts'
import { createKillPoint, type KillPoint } from '../../../support/memory-platform.ts'
import { at, digestOf, entryOf, imageDraft, tagDraft } from '../../../support/records.ts'
import { killEvery } from '../../../support/thoroughness.ts'

let local: LocalStore
beforeAll(async () => {
  local = await startLocalStore()
})
afterAll(() => local.close())

/** A store of its own whose every request to the table is a call of the kill point. */
function killableStore(kill: KillPoint, client: DynamoDBClient): Store {
  client.middlewareStack.add(next => kill.wrap({ request: next }).request, { step: 'build', name: 'kill' })
  return createDynamoStore(client, local.tableName)
}

/** One change of the image, or of its tag, as a process makes it: it reads, and writes unless it wrote that already. */
type Step = (store: Store) => Promise<void>

function scriptOf(repository: string, policy: string, start: number) {
  const digest = digestOf('one')
  const entry = (id: string, place: number, rest: Partial<AuditEntry> = {}) =>
    entryOf(`${id} ${repository}`, start + place, { ...rest, digest })
  const byPolicy = { actor: `policy ${policy}`, runId: 'r' }
  const changes = [
    entry('1-recorded', 1),
    entry('2-tagged', 2, { action: 'tag-created', tag: 'v1' }),
    entry('3-marked', 3, { ...byPolicy, action: 'marked' }),
    entry('4-lifted', 4, { ...byPolicy, action: 'mark-lifted' }),
    entry('5-gone', 5, { action: 'tag-gone', tag: 'v1' }),
    entry('6-marked', 6, { ...byPolicy, action: 'marked' }),
    entry('7-back', 7, { action: 'tag-created', tag: 'v1' }),
    entry('8-deleted', 8, { ...byPolicy, action: 'deleted' }),
  ]
  const steps = changes.map(
    (change): Step =>
      async store => {
        if (change.tag === undefined) {
          const found = await store.findImage(repository, digest)
          if (found?.change.id !== change.id) await store.saveImage(imageDraft(repository, { change }), found)
        } else {
          const found = await store.findTag(repository, 'v1')
          if (found?.change.id !== change.id) await store.saveTag(tagDraft(repository, { change }), found)
        }
      },
  )
  return { changes, steps, digest }
}

/** Does the steps from one on; answers how many were acknowledged when it ended or died. */
async function work(steps: readonly Step[], from: number, store: Store): Promise<number> {
  for (const [place, step] of steps.entries()) {
    if (place < from) continue
    try {
      await step(store)
    } catch {
      return place
    }
  }
  return steps.length
}

const secondsApart = 60
let started = 0

async function killedAfter(last: number) {
  const start = secondsApart * started++
  const [from, to] = [at(start), at(start + secondsApart - 1)]
  const [repository, policy] = [`registry.example.com/team/${randomUUID()}`, `eu-1/team/${randomUUID()}`]
  const { changes, steps, digest } = scriptOf(repository, policy, start)
  const shown = async () => {
    const [history, listed, ofPolicy] = await Promise.all([
      local.store.listHistory(repository, digest),
      local.store.listChanges(from, to),
      local.store.listPolicyChanges(policy, from, to),
    ])
    const here = listed.filter(change => change.repository === repository)
    return { history: idsOf(history), listed: idsOf(here), ofPolicy: idsOf(ofPolicy) }
  }
  const expected = (count: number) => {
    const all = changes.slice(0, count)
    const ofPolicy = all.filter(change => change.actor.startsWith('policy '))
    return { history: idsOf(all), listed: idsOf(all), ofPolicy: idsOf(ofPolicy) }
  }
  const kill = createKillPoint(last)
  const client = local.connect()
  const acknowledged = await work(steps, 0, killableStore(kill, client))
  client.destroy()
  const afterDeath = await shown()
  const finished = await work(steps, acknowledged, local.store)
  return { calls: kill.calls, acknowledged, afterDeath, finished, atLast: await shown(), expected, all: steps.length }
}

const idsOf = (entries: readonly AuditEntry[]): string[] => entries.map(entry => entry.id.split(' ')[0] ?? '')

it('shows every change that was acknowledged once, whichever call to the table was the last', async () => {
  const whole = await killedAfter(Number.POSITIVE_INFINITY)
  expect(whole.afterDeath).toEqual(whole.expected(whole.all))
  expect(whole.calls).toBeGreaterThan(2 * whole.all)

  for (let last = 1; last <= whole.calls; last++) {
    const { acknowledged, afterDeath, expected, finished, atLast, all } = await killedAfter(last)
    const begun = [expected(acknowledged), expected(acknowledged + 1)]
    expect(begun, `after call ${last}`).toContainEqual(afterDeath)
    expect([last, finished]).toEqual([last, all])
    expect([last, atLast]).toEqual([last, expected(all)])
  }
})

async function announcedAndKilledAfter(last: number, count: number) {
  const repository = `registry.example.com/team/${randomUUID()}`
  const images = await pMap(Array.from({ length: count }).keys(), place => {
    const digest = digestOf(`image ${place}`)
    return local.store.saveImage(
      imageDraft(repository, { digest, change: entryOf('before', 1, { digest }) }),
      undefined,
    )
  })
  const kill = createKillPoint(last)
  const client = local.connect()
  const store = killableStore(kill, client)
  await store.announceSaves(images)
  const change = (digest: Digest) => entryOf('after', 2, { digest })
  const saves = images.map(one => store.saveImage({ ...one, change: change(one.digest) }, one))
  const outcomes = await Promise.allSettled(saves)
  client.destroy()
  const histories = await pMap(images, ({ digest }) => local.store.listHistory(repository, digest))
  return { calls: kill.calls, outcomes, histories: histories.map(idsOf) }
}

it('loses no entry of many that were announced, whichever call to the table was the last', async () => {
  const count = 30
  const whole = await announcedAndKilledAfter(Number.POSITIVE_INFINITY, count)
  expect(whole.histories).toEqual(Array.from({ length: count }, () => ['before', 'after']))
  // One for 25 entries, another for 5, and one for each record.
  expect(whole.calls).toBe(count + 2)

  for (let last = 1; last <= whole.calls; last += killEvery) {
    const { outcomes, histories } = await announcedAndKilledAfter(last, count)
    for (const [place, { status }] of outcomes.entries()) {
      const acknowledged = [['before', 'after']]
      const possible = status === 'fulfilled' ? acknowledged : [['before'], ...acknowledged]
      expect(possible, `after call ${last}`).toContainEqual(histories[place])
    }
  }
})

it('puts each entry by itself where those that were announced cannot be put together', async () => {
  const repository = `registry.example.com/team/${randomUUID()}`
  const images = await pMap(['a', 'b', 'c'].map(digestOf), digest =>
    local.store.saveImage(imageDraft(repository, { digest, change: entryOf('before', 1, { digest }) }), undefined),
  )
  const client = local.connect()
  client.middlewareStack.add(
    (next, context) => args => {
      if (context.commandName === 'BatchWriteItemCommand') throw new Error('one of them is too large')
      return next(args)
    },
    { step: 'build' },
  )
  const store = createDynamoStore(client, local.tableName)
  await store.announceSaves(images)

  const over = ({ digest }: ImageRecord) => ({ change: entryOf('after', 2, { digest }) })
  await pMap(images, image => store.saveImage({ ...image, ...over(image) }, image))

  const histories = await pMap(images, ({ digest }) => local.store.listHistory(repository, digest))
  expect(histories.map(idsOf)).toEqual(images.map(() => ['before', 'after']))
  client.destroy()
})

it('F23 shows the change of the winner, and of the loser nothing, where two write at once', async () => {
  const repository = `registry.example.com/team/${randomUUID()}`
  const first = await local.store.saveImage(imageDraft(repository, { change: entryOf('first', 1) }), undefined)

  const writes = ['a', 'b', 'c'].map(id => local.store.saveImage({ ...first, change: entryOf(id, 2) }, first))
  const outcomes = await Promise.allSettled(writes)
  const won = outcomes.flatMap(one => (one.status === 'fulfilled' ? [one.value.change.id] : []))

  const history = await local.store.listHistory(repository, first.digest)
  expect(history.map(entry => entry.id)).toEqual(['first', ...won])
  expect(won).toHaveLength(1)
})
