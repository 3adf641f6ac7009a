import { afterAll, beforeAll, expect, it } from 'vitest'
import { createDeliveryNotes } from '../../../functions/webhook/note-deliveries.ts'
import { receiveWebhook } from '../../../functions/webhook/receive-webhook.ts'
import { UnavailableError } from '../../../shared/errors.ts'
import type { Store } from '../../../shared/ports/store.ts'
import { startInProcessStore } from '../../support/in-process-store.ts'
import type { LocalStore } from '../../support/local-store.ts'
import { at } from '../../support/records.ts'
import { fromSender, senderSecret, sentBy } from '../../support/sender-fixture.ts'
import { webhookFixture } from '../../support/webhook-fixture.ts'

let local: LocalStore
beforeAll(async () => {
  local = await startInProcessStore()
})
afterAll(() => local.close())

const oldSecret = 'fedcba9876543210fedcba9876543210'
let registries = 0

/** A Quay of its own, at the time that the test sets. */
function fixture(noteDelivery: Store['noteDelivery'] = record => local.store.noteDelivery(record)) {
  const registry = `quay-${registries++}.example.com`
  const { deps, ...rest } = webhookFixture({ hook: `${senderSecret}\n${oldSecret}` }, [
    { provider: 'quay', registry, secret: 'hook' },
  ])
  const clock = { seconds: 0 }
  const writes = { count: 0 }
  const store = {
    noteDelivery: async (record: Parameters<Store['noteDelivery']>[0]) => {
      writes.count += 1
      return noteDelivery(record)
    },
  }
  const notes = createDeliveryNotes({ store, now: () => at(clock.seconds) })
  const send = (body: unknown = sentBy('quay', 'push'), secret = senderSecret) =>
    receiveWebhook(fromSender('quay', body, { secret }), { ...deps, notes })
  const last = async () => (await local.store.listDeliveries(registry)).deliveries[0]
  return { ...rest, clock, writes, send, last }
}

it('says of the last delivery when it came, what it was of, and with which secret', async () => {
  const { send, last } = fixture()

  await send(sentBy('quay', 'push'), oldSecret)

  expect(await last()).toMatchObject({
    provider: 'quay',
    cameAt: at(0),
    kind: 'hints',
    isOldSecret: true,
    repository: 'mynamespace/repository',
    tag: 'latest',
  })
})

it('asks the table once in five minutes, and once more for what tells more', async () => {
  const { send, clock, writes } = fixture()
  const counts: number[] = []
  const count = async (sent: Promise<unknown>) => {
    await sent
    counts.push(writes.count)
  }

  for (let one = 0; one < 20; one++) await count(send(sentBy('quay', 'build')))
  await count(send())
  await count(send(sentBy('quay', 'build')))
  clock.seconds = 301
  await count(send())

  expect(counts).toEqual([...Array.from({ length: 20 }, () => 1), 2, 2, 3])
})

it('names the recorded webhook in the first hint alone, and in none of a delivery that is not recorded', async () => {
  const { send, published } = fixture()

  await send()
  await send()

  expect(published.map(({ delivery }) => delivery?.slice(0, 5))).toEqual(['quay-', undefined, undefined, undefined])
})

it('says of a misfit what was expected', async () => {
  const { send, last } = fixture()

  await send({ hello: 'world' })

  expect(await last()).toMatchObject({ kind: 'misfit', problem: expect.stringContaining('updated_tags: expected') })
})

it('records nothing of a stranger', async () => {
  const { send, writes } = fixture()

  await send(undefined, 'a'.repeat(32))

  expect(writes.count).toBe(0)
})

it('publishes all the same where the table does not answer', async () => {
  const { send, published, logged } = fixture(async () => {
    throw new UnavailableError('the table is down', { kind: 'server' })
  })

  const answer = await send()

  expect([answer.statusCode, published.length]).toEqual([202, 2])
  expect(logged).toMatchObject([{ level: 'warn', message: expect.stringContaining('not recorded') }])
})
