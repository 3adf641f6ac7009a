import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createToldStore } from '../../../shared/adapters/store/told-store.ts'
import { type Message, written } from '../../../shared/domain/notifications/message.ts'
import { receivers } from '../../../shared/domain/notifications/receiver.ts'
import type { PolicyRecord } from '../../../shared/domain/records/policies.ts'
import { AccessDeniedError, UnavailableError } from '../../../shared/errors.ts'
import { tellAll } from '../../../shared/notifications/tell.ts'
import type { Draft } from '../../../shared/ports/store.ts'
import { startInProcessStore } from '../../support/in-process-store.ts'
import type { LocalStore } from '../../support/local-store.ts'
import { at } from '../../support/records.ts'

let local: LocalStore
beforeAll(async () => {
  local = await startInProcessStore()
})
afterAll(() => local.close())

/** Policies that wait for approval in a cluster of its own, and two receivers of its namespace. */
async function start(names: readonly string[] = ['nightly'], rest: Partial<Draft<PolicyRecord>> = {}) {
  const cluster = `eu-${randomUUID()}`
  const wanted = { hash: 'abc', count: 1, message: 'too many', repositories: [] }
  const policy = { uid: 'u', totalDeleted: 0, totalFreedBytes: 0, runs: [], approval: { wanted }, ...rest }
  for (const name of names) await local.store.savePolicy({ ...policy, id: `${cluster}/shop/${name}` }, undefined)
  const sent: string[] = []
  const tried: string[] = []
  const world = { seconds: 0, refusing: '', isKilled: false, silent: [] as string[] }
  const deps = {
    clusters: [cluster],
    store: local.store,
    metrics: { findGauges: async () => [] },
    killSwitch: { isPaused: async () => false },
    now: () => at(world.seconds),
    newId: randomUUID,
    told: createToldStore(local.client, local.tableName),
    receivers: receivers.parse(
      ['one', 'two', 'bank'].map(name => ({
        name: `${name}-${cluster.slice(3, 9)}`,
        kind: 'slack',
        secret: 's',
        namespaces: [name === 'bank' ? 'bank' : 'shop'],
      })),
    ),
    messenger: {
      send: async ({ name }: { name: string }, { title }: Message) => {
        const of = written(title, text => text)
        if (name.startsWith('one')) tried.push(of.slice(of.lastIndexOf('/') + 1))
        if (world.silent.some(silent => of.endsWith(`/${silent}`)))
          throw new UnavailableError('no answer', { kind: 'timeout' })
        if (world.refusing !== '' && name.startsWith(world.refusing)) throw new AccessDeniedError('gone')
        sent.push(name.slice(0, 3))
        if (world.isKilled) throw new TypeError('killed')
      },
    },
  }
  return { deps, sent, tried, world, cluster }
}

it('tells each receiver of the namespace once, however often it is triggered, also side by side', async () => {
  const { deps, sent } = await start()

  await Promise.all([tellAll(deps), tellAll(deps), tellAll(deps)])
  await tellAll(deps)

  expect(sent.sort()).toEqual(['one', 'two'])
})

it('lets a receiver that refuses cost itself alone, and tells it once it takes messages', async () => {
  const { deps, sent, world } = await start()
  world.refusing = 'one'

  const { refused } = await tellAll(deps)
  world.refusing = ''
  await tellAll(deps)

  expect([refused.length, sent]).toEqual([1, ['two', 'one']])
})

it('goes on after a message that gets no answer, and stops after two in a row', async () => {
  const { deps, tried, world } = await start(['a', 'b', 'c', 'd', 'e', 'f'])
  world.silent = ['a', 'c', 'd']

  const { failed } = await tellAll({ ...deps, receivers: deps.receivers.slice(0, 1) })

  expect(tried).toEqual(['a', 'b', 'c', 'd'])
  expect(failed).toHaveLength(3)
})

it('notes as the time of telling when it read what it tells', async () => {
  const { deps, world, cluster } = await start()
  const { findGauges } = deps.metrics
  const slow = async () => {
    world.seconds = 120
    return findGauges()
  }

  await tellAll({ ...deps, metrics: { findGauges: slow } })

  const [name = ''] = deps.receivers.map(one => one.name)
  const [record] = await deps.told.listTold(name, [`${cluster}/shop/nightly`])
  expect(record?.told[0]?.at).toEqual(at(0))
})

it('announces no deletions of a policy that is paused, and reads no marks for it', async () => {
  const reads: string[] = []
  const announce = async (rest: Partial<Draft<PolicyRecord>>) => {
    const { deps } = await start(['nightly'], { marksSince: at(0), ...rest })
    const listPolicyChanges: typeof local.store.listPolicyChanges = async policy => {
      reads.push(policy.slice(policy.lastIndexOf('/') + 1))
      return []
    }
    await tellAll({ ...deps, store: { ...local.store, listPolicyChanges } })
  }

  await announce({ pausedBy: 'annotation' })
  expect(reads).toEqual([])

  await announce({})
  expect(reads).toEqual(['nightly'])
})
