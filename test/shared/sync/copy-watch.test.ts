import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createEcrReader } from '../../../shared/adapters/registry/ecr/ecr-registry.ts'
import { factsOf } from '../../../shared/domain/providers/providers.ts'
import { UnavailableError } from '../../../shared/errors.ts'
import { CopyWatch, copyingHosts } from '../../../shared/sync/copy-watch.ts'
import { EcrCopying } from '../../support/ecr/ecr-copying.ts'
import { startInProcessStore } from '../../support/in-process-store.ts'
import type { LocalStore } from '../../support/local-store.ts'
import { at } from '../../support/records.ts'
import { startFakeEcr, useFakeAwsCredentials } from '../adapters/registry/ecr/fake-ecr.ts'

let local: LocalStore
beforeAll(async () => {
  local = await startInProcessStore()
})
afterAll(() => local.close())
useFakeAwsCredentials()

const hour = 3600

/** A registry, and as many processes that look as a test wants. */
async function start() {
  const copying = new EcrCopying()
  copying.replicate('210987654321', 'us-east-1')
  const { options, calls } = await startFakeEcr(call => copying.answer(call) ?? { error: 'InvalidParameterException' })
  const host = `${randomUUID()}.internal`
  let seconds = 0
  const process = () =>
    new CopyWatch({
      store: local.store,
      hosts: [host],
      readerFor: async () => createEcrReader({ ...options, host, region: 'eu-west-1' }),
      now: () => at(seconds),
    })
  return {
    ...{ copying, process },
    pass: (by: number) => {
      seconds += by
    },
    asked: () => calls.filter(({ operation }) => operation === 'DescribeRegistry').length,
    record: async () => (await local.store.listCopies()).find(({ registry }) => registry === host),
  }
}

it('asks a registry once a day, whichever process comes first', async () => {
  const { process, pass, asked, record } = await start()
  const processes = Array.from({ length: 5 }, process)

  await Promise.all(processes.map(one => one.look()))
  pass(23 * hour)
  await Promise.all(processes.map(one => one.look()))
  expect(asked()).toBe(1)
  pass(hour)
  await Promise.all(processes.map(one => one.look()))

  expect(asked()).toBe(2)
  expect(await record()).toMatchObject({
    place: { account: '123456789012', region: 'eu-west-1' },
    replication: { readAt: at(24 * hour), rules: [{ destinations: [{ account: '210987654321' }] }] },
    caches: { rules: [] },
  })
})

it('reads nothing of the table while nothing is due, and never where no registry copies', async () => {
  const lists: number[] = []
  const counting = (round: number) => ({
    ...local.store,
    listCopies: () => {
      lists.push(round)
      return local.store.listCopies()
    },
  })
  const readerFor = async () => ({
    findCopies: async () => ({ place: undefined, replication: { rules: [] }, caches: { rules: [] } }),
  })
  const [some, none] = [[`${randomUUID()}.internal`], []].map(
    (hosts, round) => new CopyWatch({ store: counting(round), hosts, readerFor, now: () => at(0) }),
  )

  for (let round = 0; round < 3; round++) for (const watch of [some, none]) await watch?.look()

  expect(lists).toEqual([0])
})

it('keeps what was known while the registry refuses or fails, and asks again within the hour', async () => {
  const { copying, process, pass, asked, record } = await start()
  const watch = process()
  await watch.look()
  copying.denied.add('DescribeRegistry')
  pass(24 * hour)
  await watch.look()
  expect((await record())?.replication).toMatchObject({
    readAt: at(0),
    rules: [{ prefixes: [] }],
    refused: expect.stringContaining('grant ecr:DescribeRegistry'),
  })
  copying.denied.clear()
  copying.failing.add('DescribePullThroughCacheRules')
  pass(hour)
  await watch.look()
  copying.failing.clear()
  copying.replication.length = 0
  pass(hour)
  await watch.look()

  const { replication } = (await record()) ?? {}
  expect(replication).toEqual({ readAt: at(26 * hour), rules: [] })
  expect(asked()).toBeGreaterThanOrEqual(4)
})

it('lets an answer that does not come be, and one registry does not keep another from being asked', async () => {
  const { record } = await start()
  const host = `${randomUUID()}.internal`
  const watch = new CopyWatch({
    store: local.store,
    hosts: [`${randomUUID()}.internal`, host],
    readerFor: async asked => ({
      findCopies: async () => {
        if (asked !== host) throw new UnavailableError('it is down', { kind: 'server' })
        return { place: undefined, replication: { rules: [] }, caches: { refused: 'no' } }
      },
    }),
    now: () => at(0),
  })

  await watch.look()

  expect((await local.store.listCopies()).find(({ registry }) => registry === host)).toMatchObject({
    replication: { readAt: at(0), rules: [] },
    caches: { rules: [], refused: 'no' },
  })
  expect(await record()).toBeUndefined()
})

it('is for registries that copy images and that the functions read with their roles', () => {
  const rulebook = {
    registries: ['a', 'b', 'c'],
    factsOf: (host: string) => factsOf(host === 'c' ? 'harbor' : 'ecr'),
    ownCredentialOf: (host: string) => (host === 'b' ? 'pullSecret' : 'role') as 'role' | 'pullSecret',
  }
  expect(copyingHosts(rulebook)).toEqual(['a'])
})
