import { randomUUID } from 'node:crypto'
import type { SQSEvent } from 'aws-lambda'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { printExplanation } from '../../../cli/explain/print-explanation.ts'
import { explainLive } from '../../../cli/explain/run-explain.ts'
import { reconcileTrigger } from '../../../functions/reconcile/trigger.ts'
import type { Invocation } from '../../../functions/runtime/lambda-handler.ts'
import type { SyncRequest } from '../../../shared/domain/events.ts'
import { findCondition } from '../../../shared/objects/conditions.ts'
import { runTask } from '../../../shared/sync/run-task.ts'
import { registryDeletesMessage } from '../../../shared/wiring.ts'
import { installationOf } from '../../cli/memory-installation.ts'
import { schemaProblem } from '../../cli/schema.ts'
import { startFakeEcr, useFakeAwsCredentials } from '../../shared/adapters/registry/ecr/fake-ecr.ts'
import { startInProcessStore } from '../../support/in-process-store.ts'
import type { LocalStore } from '../../support/local-store.ts'
import { createMemoryCluster } from '../../support/memory-cluster.ts'
import { createMemorySealer } from '../../support/memory-platform.ts'
import { at } from '../../support/records.ts'
import { createSweepFixture } from '../../support/sweep-fixture.ts'
import { noEvents, secretsOf } from '../../support/webhook-fixture.ts'
import { EcrRepository } from './ecr-repository.ts'
import { ecrLoopback } from './ecr-world.ts'

/**
 * I28: the registry's own expiry takes what runs. Real here: the client and adapter of ECR over HTTP, the store, sync,
 * inventory, reconcile with its trigger, and explain. Stood in for: ECR, by `EcrRepository`; the cluster; the clock.
 */
let local: LocalStore
beforeAll(async () => {
  local = await startInProcessStore()
})
afterAll(() => local.close())
useFakeAwsCredentials()

const day = 86_400

const expireAfter = (countNumber: number, rest: object = {}) => ({
  rules: [
    {
      rulePriority: 3,
      description: 'a month',
      selection: {
        tagStatus: 'tagged',
        tagPrefixList: ['v'],
        countType: 'sinceImagePushed',
        countUnit: 'days',
        countNumber,
      },
      action: { type: 'expire' },
      ...rest,
    },
  ],
})

async function startWorld() {
  const images = new EcrRepository()
  const { options, calls } = await startFakeEcr(images.answer)
  const path = `team/${randomUUID()}`
  const world = ecrLoopback(options, local, path)
  const sweep = createSweepFixture(world, [createMemoryCluster(`eu-${randomUUID()}`)])
  const lines: { readonly message: string; readonly images?: readonly string[] }[] = []
  const warn = (message: string, more: object) => lines.push({ message, ...more })
  const asked: SyncRequest[] = []
  const log = { warn, info: () => undefined, error: warn }
  const trigger = reconcileTrigger(
    async () => ({
      store: local.store,
      secrets: secretsOf({}),
      sealer: createMemorySealer(),
      clusterList: [sweep.cluster],
      clusters: [sweep.cluster.name],
      syncQueue: { sendSyncRequests: async requests => void asked.push(...requests) },
      rulebook: sweep.rulebook(),
      readerFor: async () => world.reader,
      now: sweep.now,
    }),
    async () => undefined,
    { release: async () => undefined, remove: async () => undefined } as never,
  )
  const reconcile = () =>
    trigger({} as SQSEvent, { log, getRemainingTimeInMillis: () => 180_000 } as unknown as Invocation)
  return {
    ...{ images, sweep, calls, lines },
    /** What the schedules and queues do: the syncs that objects ask for and one more, inventory, and reconcile after them. */
    look: async () => {
      await reconcile()
      for (const request of asked.splice(0))
        await runTask(
          { kind: 'request', request },
          { store: local.store, events: noEvents, readerFor: async () => world.reader, now: sweep.now },
        )
      await sweep.sync()
      await sweep.inventories()
      await reconcile()
    },
    reconcile,
    condition: (name = 'app-v1.4') =>
      findCondition(sweep.cluster.get('Repository', name)?.status ?? {}, 'RegistryWillDelete'),
    warnings: () => sweep.cluster.events.filter(({ reason }) => reason === 'RegistryWillDelete'),
    alarms: () => lines.filter(({ message }) => message === registryDeletesMessage),
    explain: async (tag = 'v1.4') => {
      const explanation = await explainLive(`${sweep.repository}:${tag}`, installationOf(world, sweep), sweep.now())
      expect(await schemaProblem('explain/explain.schema.json', explanation)).toBeUndefined()
      return { ...explanation, text: [...printExplanation(explanation, { columns: 1000, colours: false })].join('') }
    },
    rulesRead: () => calls.filter(({ operation }) => operation === 'GetLifecyclePolicy').length,
  }
}

type World = Awaited<ReturnType<typeof startWorld>>

/** A Deployment runs app:v1.4, which the lifecycle policy expires in two days. */
async function runningImage(): Promise<World> {
  const world = await startWorld()
  const { images, sweep } = world
  images.push('v1.4', 'four', at(-28 * day))
  images.push('v1.5', 'five', at(-1 * day))
  images.lifecyclePolicy = expireAfter(30)
  sweep.track('v1.4')
  sweep.cluster.run('app', `${sweep.repository}:v1.4`)
  await world.look()
  return world
}

describe("I28 the registry's own expiry takes what runs", () => {
  it('and before it does, explain, the object, an Event and an alarm tell', async () => {
    const { sweep, condition, warnings, alarms, explain } = await runningImage()
    const cluster = sweep.cluster.name

    const told = `lifecycle rule 3 ("a month") expires it from 2026-01-03T00:00:00Z on, and Deployment team/app in cluster ${cluster} runs it`
    expect(condition()).toMatchObject({ status: 'True', reason: 'LifecyclePolicy', message: told })
    expect(warnings()).toMatchObject([{ type: 'Warning', message: told, object: 'Repository/team/app-v1.4' }])
    expect(alarms().map(({ images }) => images)).toEqual([[`${sweep.repository}:v1.4: ${told}`]])
    const { registryRules, text } = await explain()
    expect(registryRules).toEqual([
      `lifecycle rule 3 ("a month") expires it in 2 days, from 2026-01-03T00:00:00Z on, and Deployment team/app in cluster ${cluster} runs it (rules as of 2026-01-01T00:00:00Z)`,
    ])
    expect(text).toContain('What the registry does by itself\n  lifecycle rule 3 ("a month") expires it in 2 days')
  })

  it('which is told once, however the clock goes on, and alarms as long as it lasts', async () => {
    const { sweep, look, warnings, alarms, condition } = await runningImage()
    const before = condition()

    for (let hour = 0; hour < 3; hour++) {
      sweep.pass(3600)
      await look()
    }

    expect(condition()).toEqual(before)
    expect(warnings()).toHaveLength(1)
    expect(alarms().length).toBeGreaterThan(1)
  })

  it('and all of that ends when the policy is changed', async () => {
    const { sweep, images, look, condition, warnings, lines, alarms, explain } = await runningImage()
    images.lifecyclePolicy = expireAfter(300)
    sweep.pass(day)
    await look()
    lines.length = 0
    await look()

    expect(condition()).toMatchObject({ status: 'False', reason: 'NoRuleTakesIt' })
    expect(warnings()).toHaveLength(1)
    expect(alarms()).toEqual([])
    expect((await explain()).registryRules?.[0]).toContain('expires it in 271 days')
  })

  it('is told of an image that nothing runs and an object tracks, and alarms nobody', async () => {
    const { images, sweep, look, condition, alarms } = await startWorld()
    images.push('v1.4', 'four', at(-28 * day))
    images.lifecyclePolicy = expireAfter(30)
    sweep.track('v1.4')

    await look()

    expect(condition()).toMatchObject({
      status: 'True',
      message: expect.stringMatching(/no workload is known to run it$/),
    })
    expect(alarms()).toEqual([])
  })

  it('is told on the object of a whole repository of what runs alone', async () => {
    const { images, sweep, look, condition } = await startWorld()
    images.push('v1.4', 'four', at(-28 * day))
    images.push('v1.3', 'three', at(-29 * day))
    images.lifecyclePolicy = expireAfter(30)
    sweep.trackWhole()
    await look()
    const before = condition('whole')
    sweep.cluster.run('app', `${sweep.repository}:v1.4`)
    sweep.pass(3600)
    await look()

    expect(before).toMatchObject({ status: 'False' })
    expect(condition('whole')).toMatchObject({
      status: 'True',
      message: expect.stringMatching(/^v1\.4: lifecycle rule 3 \("a month"\) expires it from [^;]*runs it$/),
    })
  })

  it('names no workload of another namespace on the object, and all of them to who runs the installation', async () => {
    const { images, sweep, look, condition, alarms } = await startWorld()
    images.push('v1.4', 'four', at(-28 * day))
    images.lifecyclePolicy = expireAfter(30)
    sweep.track('v1.4')
    const image = `${sweep.repository}:v1.4`
    const workload = { cluster: sweep.cluster.name, kind: 'Deployment', namespace: 'secret', name: 'shop', image }
    sweep.cluster.workloads.push({ ...workload, lastSeenAt: at(0) })

    await look()

    expect(condition()?.message).toContain('an object of another namespace runs it')
    expect(condition()?.message).not.toContain('secret')
    expect(alarms()[0]?.images?.[0]).toContain('Deployment secret/shop')
  })

  it('is unknown where a rule is not understood, which is told and alarms nobody', async () => {
    const { images, sweep, look, condition, alarms, explain } = await startWorld()
    images.push('v1.4', 'four', at(-28 * day))
    images.lifecyclePolicy = expireAfter(30, { action: { type: 'dream' } })
    sweep.track('v1.4')
    sweep.cluster.run('app', `${sweep.repository}:v1.4`)

    await look()

    const why = 'lifecycle rule 3 ("a month") is not understood and may take it: '
    expect(condition()).toMatchObject({ status: 'Unknown', reason: 'RuleNotUnderstood' })
    expect(condition()?.message).toContain(why)
    expect((await explain()).registryRules?.[0]).toContain(why)
    expect(alarms()).toEqual([])
  })

  it('is unknown where the policy may not be read, which fails no sync and is asked once a day', async () => {
    const { images, sweep, look, condition, rulesRead } = await startWorld()
    images.push('v1.4', 'four', at(-28 * day))
    images.lifecyclePolicy = 'denied'
    sweep.track('v1.4')

    await look()
    sweep.pass(3600)
    await look()
    const onTheFirstDay = rulesRead()
    sweep.pass(day)
    await look()

    expect(condition()).toMatchObject({ status: 'Unknown', reason: 'RulesNotRead' })
    expect(condition()?.message).toContain('GetLifecyclePolicy')
    expect(findCondition(sweep.cluster.get('Repository', 'app-v1.4')?.status ?? {}, 'Synced')?.status).toBe('True')
    expect([onTheFirstDay, rulesRead()]).toEqual([1, 2])
  })

  it('is False where the repository has no policy', async () => {
    const { images, sweep, look, condition } = await startWorld()
    images.push('v1.4', 'four', at(-28 * day))
    sweep.track('v1.4')

    await look()

    expect(condition()).toMatchObject({ status: 'False', reason: 'NoRules' })
  })
})
