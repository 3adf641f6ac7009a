import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { checkDeliveries } from '../../../cli/webhook/check-deliveries.ts'
import { finishRotation } from '../../../cli/webhook/rotate-secret.ts'
import { createDeliveryNotes } from '../../../functions/webhook/note-deliveries.ts'
import { receiveWebhook } from '../../../functions/webhook/receive-webhook.ts'
import { InvalidInputError, UnavailableError } from '../../../shared/errors.ts'
import type { Store } from '../../../shared/ports/store.ts'
import { parseSettings } from '../../../shared/settings.ts'
import { failureOf } from '../../support/failure-of.ts'
import { startInProcessStore } from '../../support/in-process-store.ts'
import type { LocalStore } from '../../support/local-store.ts'
import { at } from '../../support/records.ts'
import { fromSender, senderSecret, sentBy } from '../../support/sender-fixture.ts'
import { secretsOf, webhookFixture } from '../../support/webhook-fixture.ts'

let local: LocalStore
beforeAll(async () => {
  local = await startInProcessStore()
})
afterAll(() => local.close())

const oldSecret = 'fedcba9876543210fedcba9876543210'
let registries = 0

/** A Quay of its own, at the time that the test sets. */
const fixture = (noteDelivery?: Store['noteDelivery']) =>
  fixtureOf(`quay-${registries++}.example.com`, `${senderSecret}\n${oldSecret}`, noteDelivery)

function fixtureOf(
  registry: string,
  hook: string,
  noteDelivery: Store['noteDelivery'] = record => local.store.noteDelivery(record),
) {
  const { deps, ...rest } = webhookFixture({ hook }, [{ provider: 'quay', registry, secret: 'hook' }])
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
  return { ...rest, registry, clock, writes, send, last }
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

describe('shelflife webhook --rotate --finish, of a secret that many projects have', () => {
  const week = 7 * 86_400
  const rotating = `${senderSecret}\n${oldSecret}`
  /** The secret that is left once it was finished at a time, or why it was not. */
  async function finish(registry: string, seconds: number): Promise<string | undefined> {
    const settings = parseSettings({ webhooks: [{ provider: 'quay', registry, secret: 'hook' }] })
    const secrets = secretsOf({ hook: rotating })
    const checked = await checkDeliveries(registry, settings.webhooks, { store: local.store, secrets })
    const failure = await failureOf(finishRotation(checked, secrets, at(seconds)))
    return failure instanceof InvalidInputError ? failure.message : secrets.findSecret('hook')
  }

  it('refuses while one project presents the old secret, however often others present the new one', async () => {
    const { registry, send, clock } = fixture()

    await send()
    clock.seconds = 1
    await send(sentBy('quay', 'push'), oldSecret)
    clock.seconds = 400
    await send()

    expect(await finish(registry, 401)).toMatch(/for a day, got one at 2026-01-01T00:00:01Z.*--force/)
  })

  it('refuses while the last delivery presented the old secret, whenever that was', async () => {
    const { registry, send, clock } = fixture()

    await send()
    clock.seconds = 1
    await send(sentBy('quay', 'push'), oldSecret)

    expect(await finish(registry, week)).toMatch(/expected the last delivery .* got the one before at/)
  })

  it.each([
    ['nobody presented the old one for a day', rotating, 86_402],
    ['the old one was presented before the rotation alone', oldSecret, 400],
  ])('ends the old secret once %s', async (_, hookThen, seconds) => {
    const { registry, send, clock } = fixture()

    await fixtureOf(registry, hookThen).send(undefined, oldSecret)
    clock.seconds = 2
    await send()

    expect(await finish(registry, seconds)).toBe(senderSecret)
  })
})
