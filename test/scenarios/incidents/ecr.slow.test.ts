import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { explainLive } from '../../../cli/explain/run-explain.ts'
import { installationOf } from '../../cli/memory-installation.ts'
import { useFakeAwsCredentials } from '../../shared/adapters/registry/ecr/fake-ecr.ts'
import { startInProcessStore } from '../../support/in-process-store.ts'
import type { LocalStore } from '../../support/local-store.ts'
import { at } from '../../support/records.ts'
import { day, passDays, runPolicy, startEcr as startEcrWith } from './ecr-world.ts'

/**
 * Incidents of ECR, Lambda and ECS, which no installation on one machine has. Real here: the clients and adapters of all
 * three over HTTP, the store, sync, inventory, plan and execution. Stood in for: ECR itself, by `EcrRepository`; Lambda
 * and ECS, by `FakeLambda` and `FakeEcs`; the clock.
 */
let local: LocalStore
beforeAll(async () => {
  local = await startInProcessStore()
})
afterAll(() => local.close())
useFakeAwsCredentials()

const startEcr = () => startEcrWith(local)

it('I7 a function keeps the image that it was deployed with, untagged since and older than every rule', async () => {
  const { images, sweep, aws } = await startEcr()
  const deployed = images.push('latest', 'first', at(0))
  const forgotten = images.push(undefined, 'forgotten', at(0))
  await sweep.sync()
  aws.lambda.deploy('api', `${sweep.repository}:latest`, deployed)
  await passDays(sweep, 10)
  images.push('latest', 'second', at(10 * day))
  await passDays(sweep, 1)

  runPolicy(sweep, { unusedDays: 3 })
  await sweep.sweep()

  expect(images.has(deployed)).toBe(true)
  expect(images.has(forgotten)).toBe(false)
})

it('I7 a published version keeps its image, though the function was deployed anew since', async () => {
  const { images, sweep, aws } = await startEcr()
  const published = images.push(undefined, 'published', at(0))
  const forgotten = images.push(undefined, 'forgotten', at(0))
  const latest = images.push('latest', 'latest', at(0))
  await sweep.sync()
  aws.lambda.deploy('api', `${sweep.repository}:latest`, published, '1')
  aws.lambda.deploy('api', `${sweep.repository}:latest`, latest)
  await passDays(sweep, 10)

  runPolicy(sweep, { unusedDays: 3 })
  await sweep.sweep()

  expect(images.has(published)).toBe(true)
  expect(images.has(forgotten)).toBe(false)
})

it.each(['ListFunctions', 'ListTaskDefinitions'])(
  'I7 F27 nothing is deleted while %s fails, though everything was marked before',
  async operation => {
    const { images, sweep, aws } = await startEcr()
    const toDelete = images.push(undefined, 'unwanted', at(0))
    images.push('latest', 'latest', at(0))
    await sweep.sync()
    await passDays(sweep, 10)
    runPolicy(sweep, { unusedDays: 3 })
    const request = await sweep.ripen()
    sweep.pass(180)
    aws.answer = call => (call.operation === operation ? { status: 403, error: 'AccessDeniedException' } : undefined)

    const result = await sweep.execute(request)
    await sweep.sweep()
    const meanwhile = images.has(toDelete)
    aws.answer = () => undefined
    sweep.rerun('2')
    await sweep.sweep()

    expect(result.message).toContain('kept everything: aws account-')
    expect(result.message).toContain(`${operation} in eu-west-1: expected an answer, got AccessDeniedException`)
    expect(meanwhile).toBe(true)
    expect(images.has(toDelete)).toBe(false)
  },
)

it('I7 nothing is marked before an account was listed', async () => {
  const { images, sweep, aws } = await startEcr()
  const toDelete = images.push(undefined, 'unwanted', at(0))
  images.push('latest', 'latest', at(0))
  aws.answer = () => ({ status: 500, error: 'InternalFailure' })
  await passDays(sweep, 10)

  runPolicy(sweep, { unusedDays: 3 })
  await sweep.sweep()

  expect(images.has(toDelete)).toBe(true)
  expect((await sweep.image(toDelete))?.mark).toBeUndefined()
})

it('I7 a function that starts to run a marked image lifts its mark, and says who did', async () => {
  const { images, sweep, aws } = await startEcr()
  const wanted = images.push(undefined, 'wanted', at(0))
  images.push('latest', 'latest', at(0))
  await passDays(sweep, 10)
  runPolicy(sweep, { unusedDays: 3 })
  const request = await sweep.ripen()
  sweep.pass(180)
  aws.lambda.deploy('api', `${sweep.repository}:old`, wanted)

  await sweep.execute(request)

  const change = (await sweep.image(wanted))?.change
  expect(images.has(wanted)).toBe(true)
  expect(change).toMatchObject({
    action: 'mark-lifted',
    reason: expect.stringMatching(/^LambdaFunction eu-west-1\/api in aws account-\d+ refers to it$/),
  })
})

it('I7 a function that is gone lets its image go, so many days after it was last seen', async () => {
  const { images, sweep, aws } = await startEcr()
  const deployed = images.push(undefined, 'first', at(0))
  images.push('latest', 'second', at(0))
  await sweep.sync()
  aws.lambda.deploy('api', sweep.repository, deployed)
  await sweep.inventories()
  await passDays(sweep, 10)
  await sweep.inventories()
  aws.lambda.remove('api')
  runPolicy(sweep, { unusedDays: 3 })

  await sweep.sweep()
  const rightAfter = images.has(deployed)
  await passDays(sweep, 4)
  sweep.rerun('2')
  await sweep.sweep()

  expect(rightAfter).toBe(true)
  expect(images.has(deployed)).toBe(false)
})

it('I6 I8 a service keeps the digest that its tag meant, whatever the tag means now', async () => {
  const { images, sweep, aws } = await startEcr()
  const running = images.push('stable-1', 'first', at(0))
  const byTag = images.push('task', 'by tag', at(0))
  images.push('task-old', 'old', at(0))
  await sweep.sync()
  aws.ecs.register('web:7', `${sweep.repository}:stable-1`)
  aws.ecs.register('web:8', `${sweep.repository}:task`)
  const resolved = { [`${sweep.repository}:stable-1`]: running }
  aws.ecs.cluster('main').services.push({ name: 'web', definition: 'web:7', resolved })
  await passDays(sweep, 10)
  images.push('stable-1', 'second', at(10 * day))
  await passDays(sweep, 10)

  runPolicy(sweep, { keepRecent: 0 })
  await sweep.sweep()

  expect(images.has(running)).toBe(true)
  expect(images.has(byTag)).toBe(true)
  expect(images.has('task-old')).toBe(false)
})

it('I11 an image that was promoted yesterday is as young as its promotion, not as its first push', async () => {
  const { images, sweep } = await startEcr()
  const promoted = images.push('v1', 'promoted', at(0))
  const left = images.push('v0', 'left', at(0))
  images.push('v2', 'newest', at(0))
  await sweep.sync()
  await passDays(sweep, 60)
  images.push('prod', 'promoted', at(60 * day))
  await passDays(sweep, 1)

  runPolicy(sweep, { unusedDays: 30 })
  await sweep.sweep()

  expect(images.has(promoted)).toBe(true)
  expect(images.has('prod')).toBe(true)
  expect(images.has(left)).toBe(false)
})

it('I11 a tag that moved back to an old image makes that one young again', async () => {
  const { images, sweep } = await startEcr()
  const first = images.push('prod', 'first', at(0))
  await sweep.sync()
  await passDays(sweep, 30)
  const second = images.push('prod', 'second', at(30 * day))
  await passDays(sweep, 30)
  images.push('prod', 'first', at(60 * day))
  await passDays(sweep, 1)

  runPolicy(sweep, { unusedDays: 7 })
  await sweep.sweep()

  expect(images.has(first)).toBe(true)
  expect(images.has(second)).toBe(false)
})

it('I11 the first sync of a repository makes no old image young', async () => {
  const { images, sweep } = await startEcr()
  const old = images.push('v1', 'old', at(-60 * day))
  const young = images.push('v2', 'young', at(0))
  await passDays(sweep, 1)

  runPolicy(sweep, { unusedDays: 30 })
  await sweep.sweep()

  expect(images.has(old)).toBe(false)
  expect(images.has(young)).toBe(true)
})

it('I17 more than a hundred images go, and not one of them is only counted as gone', async () => {
  const { images, sweep } = await startEcr()
  for (let version = 1; version <= 230; version++) images.push(`v${version}`, `seed ${version}`, at(version))
  const children = [images.push(undefined, 'amd64', at(0)), images.push(undefined, 'arm64', at(0))]
  images.push('v0', 'index', at(0), children)
  await sweep.sync()
  sweep.pass(3600)

  runPolicy(sweep, { keepRecent: 5, maxDeletionsPerRun: 1000 })
  await sweep.sweep()

  expect(images.size).toBe(5)
  expect(images.has('v230')).toBe(true)
  expect(sweep.cluster.get('ImageCleanupPolicy', 'cleanup')?.status).toMatchObject({ lastRun: { failed: 0 } })
}, 120_000)

describe.each(['ImageInaccessible', 'ImageNotFound'] as const)(
  'I32 an image that ECR archived, and refuses as %s',
  code => {
    const start = async () => {
      const world = await startEcr()
      world.images.refusal = code
      return world
    }

    it('is recorded without being read, stays, and costs the others nothing', async () => {
      const { images, sweep, calls } = await start()
      const archived = images.push('v1', 'archived', at(0))
      const old = images.push('v2', 'old', at(0))
      const kept = images.push('v3', 'kept', at(0))
      images.archive(archived)

      const outcome = await sweep.sync()
      const reads = calls
        .filter(({ operation }) => operation === 'BatchGetImage')
        .map(({ input }) => JSON.stringify(input))
      await passDays(sweep, 10)
      runPolicy(sweep, { keepRecent: 1 })
      await sweep.sweep()

      expect(outcome).toMatchObject({ outcome: 'synced' })
      expect(reads.filter(text => text.includes(archived))).toEqual([])
      expect(await sweep.image(archived)).toMatchObject({
        storage: 'archived',
        unreadable: expect.stringContaining('archived in ECR'),
      })
      expect([archived, old, kept].map(digest => images.has(digest))).toEqual([true, false, true])
    })

    it('keeps what was read of it before, stays, and is judged like any other once it is handed out again', async () => {
      const { images, sweep } = await start()
      const archived = images.push('v1', 'archived', at(0))
      images.push('v2', 'kept', at(1))
      await sweep.sync()
      const before = await sweep.image(archived)
      images.archive(archived)
      await passDays(sweep, 10)
      runPolicy(sweep, { keepRecent: 1 })
      await sweep.sweep()
      const meanwhile = await sweep.image(archived)

      images.activate(archived)
      await passDays(sweep, 10)
      sweep.rerun('2')
      await sweep.sweep()

      const { change: _c, number: _n, ...known } = before as NonNullable<typeof before>
      expect(meanwhile).toMatchObject({
        ...known,
        storage: 'archived',
        change: { action: 'image-refreshed', reason: 'archived, and handed out no more, says the registry' },
      })
      expect(sweep.status()).toMatchObject({ lastRun: { failed: 0, deleted: 1 } })
      expect(images.has(archived)).toBe(false)
    })

    it('keeps what was read of it before, also where it was taken for gone in between', async () => {
      const { images, sweep } = await start()
      const archived = images.push('v1', 'archived', at(0))
      images.push('v2', 'kept', at(1))
      await sweep.sync()
      const { mediaType } = (await sweep.image(archived)) ?? {}
      images.hide(archived)
      await passDays(sweep, 1)
      const gone = await sweep.image(archived)
      images.archive(archived)
      await passDays(sweep, 1)

      const back = await sweep.image(archived)
      expect(gone?.goneAt).toBeDefined()
      expect(back).toMatchObject({ storage: 'archived', mediaType })
      expect(back?.unreadable).toBeUndefined()
    })

    it('is read at once when it is handed out again, where it never was before', async () => {
      const { images, sweep } = await start()
      const archived = images.push('v1', 'archived', at(0))
      images.archive(archived)
      await sweep.sync()
      images.restoring(archived)
      await passDays(sweep, 0)
      const onItsWay = await sweep.image(archived)

      images.activate(archived)
      await passDays(sweep, 0)

      const back = await sweep.image(archived)
      expect(onItsWay).toMatchObject({ storage: 'activating' })
      expect(back).toMatchObject({ mediaType: expect.stringContaining('manifest') })
      expect([back?.storage, back?.unreadable]).toEqual([undefined, undefined])
    })
  },
)

it('I32 an image that a Deployment runs is in danger from the sync on that finds it archived, until it is restored', async () => {
  const { images, sweep, world } = await startEcr()
  const pinned = images.push('v1', 'pinned', at(0))
  sweep.cluster.run('web', `${sweep.repository}@${pinned}`)
  const dangerNow = async () => {
    await passDays(sweep, 1)
    await sweep.inventories()
    return (await explainLive(`${sweep.repository}:v1`, installationOf(world, sweep), sweep.now())).inDanger
  }

  const before = await dangerNow()
  images.archive(pinned)
  const archived = await dangerNow()
  images.restoring(pinned)
  const restoring = await dangerNow()
  images.activate(pinned)
  const after = await dangerNow()

  expect([before, after]).toEqual([undefined, undefined])
  expect(archived).toEqual([expect.stringMatching(/is archived in its registry.*Deployment team\/web/)])
  expect(restoring).toEqual([expect.stringContaining('on its way out of the archive')])
})
