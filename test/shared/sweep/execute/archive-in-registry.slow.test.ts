import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Digest } from '../../../../shared/domain/digest.ts'
import { UnavailableError } from '../../../../shared/errors.ts'
import {
  archivePolicy,
  day,
  passDays,
  runPolicy,
  startEcr as startEcrWith,
} from '../../../scenarios/incidents/ecr-world.ts'
import { startInProcessStore } from '../../../support/in-process-store.ts'
import type { LocalStore } from '../../../support/local-store.ts'
import { at } from '../../../support/records.ts'
import { useFakeAwsCredentials } from '../../adapters/registry/ecr/fake-ecr.ts'

let local: LocalStore
beforeAll(async () => {
  local = await startInProcessStore()
})
afterAll(() => local.close())
useFakeAwsCredentials()

/** Two versions that nobody has used for ten days, and a third of yesterday. */
async function startOld(rules: object = {}) {
  const ecr = await startEcrWith(local)
  const { images, sweep } = ecr
  const old = images.push('v1', 'old', at(0))
  const running = images.push('v2', 'running', at(0))
  await passDays(sweep, 10)
  const young = images.push('v3', 'young', at(10 * day))
  await passDays(sweep, 1)
  sweep.cluster.run('web', `${sweep.repository}:v2`)
  archivePolicy(sweep, { unusedDays: 3, ...rules })
  const statuses = () => [old, running, young].map(digest => images.statusOf(digest))
  return { ...ecr, old, running, young, statuses }
}

const lastRun = (status: Readonly<Record<string, unknown>> | undefined) =>
  status?.lastRun as { archived?: number; deleted: number; failed: number; freedBytes: number; message: string }

describe('a sweep with action Archive', () => {
  it('moves what nothing keeps into the archive with its tags, and deletes nothing', async () => {
    const { images, sweep, calls, old, statuses } = await startOld()

    await sweep.sweep()

    expect(statuses()).toEqual(['ARCHIVED', 'ACTIVE', 'ACTIVE'])
    expect(calls.filter(({ operation }) => operation === 'BatchDeleteImage')).toEqual([])
    expect([images.has('v1'), images.size]).toEqual([true, 3])
    expect(await local.store.findTag(sweep.repository, 'v1')).not.toHaveProperty('goneAt')
    expect(await sweep.image(old)).toMatchObject({
      storage: 'archived',
      archivedBy: { policy: `${sweep.cluster.name}/team/cleanup` },
      stage: 'Maintenance',
      change: { action: 'archived', actor: `policy ${sweep.cluster.name}/team/cleanup` },
    })
    expect(await sweep.image(old)).not.toHaveProperty('goneAt')
  })

  it('counts it as archived, and nothing as deleted or freed', async () => {
    const { sweep } = await startOld()

    await sweep.sweep()

    expect(lastRun(sweep.status())).toMatchObject({
      archived: 1,
      deleted: 0,
      failed: 0,
      freedBytes: 0,
      message: '1 archived, 0 failed, nothing else to archive',
      items: [expect.objectContaining({ action: 'Archived', image: `${sweep.repository}:v1` })],
    })
    expect(sweep.status()).toMatchObject({ totalDeleted: 0 })
  })

  it('says before what it will do, in its words, and would do it on a dry run', async () => {
    const { sweep, statuses } = await startOld({ dryRun: true, gracePeriod: '1h' })
    await sweep.sweep(1)
    const dry = lastRun(sweep.status())

    archivePolicy(sweep, { unusedDays: 3, gracePeriod: '1h' })
    sweep.rerun('2')
    await sweep.sweep(1)

    expect(dry).toMatchObject({
      message: 'dry run: 1 tag and 1 digest to archive',
      freedBytes: 0,
      items: [expect.objectContaining({ action: 'WouldArchive' })],
    })
    expect(lastRun(sweep.status()).message).toMatch(/^1 tag and 1 digest to archive; marked, archived after 2026/)
    expect(statuses()).toEqual(['ACTIVE', 'ACTIVE', 'ACTIVE'])
  })

  it('leaves what is archived alone from then on, also under a policy that deletes', async () => {
    const { sweep, calls, statuses } = await startOld()
    await sweep.sweep()
    const asked = calls.filter(({ operation }) => operation === 'UpdateImageStorageClass').length
    await passDays(sweep, 1)
    sweep.rerun('2')
    await sweep.sweep()
    const again = lastRun(sweep.status())
    const askedThen = calls.filter(({ operation }) => operation === 'UpdateImageStorageClass').length

    runPolicy(sweep, { unusedDays: 3 })
    sweep.rerun('3')
    await sweep.sweep()

    expect([asked, askedThen]).toEqual([1, 1])
    expect(again.message).toBe('0 archived, 0 failed, nothing else to archive')
    expect(statuses()).toEqual(['ARCHIVED', 'ACTIVE', 'ACTIVE'])
    expect(calls.filter(({ operation }) => operation === 'BatchDeleteImage')).toEqual([])
  })

  it('archives an index before its children, and a child that something else needs not at all', async () => {
    const { images, sweep, calls } = await startEcrWith(local)
    const [own, shared] = [images.push(undefined, 'own', at(0)), images.push(undefined, 'shared', at(0))]
    const index = images.push('v1', 'index', at(0), [own, shared])
    const other = images.push('v2', 'other', at(0), [shared])
    await sweep.sync()
    sweep.pass(day)
    archivePolicy(sweep, { keepRecent: 1 })

    await sweep.sweep()

    const order = calls.filter(({ operation }) => operation === 'UpdateImageStorageClass')
    const moved = order.map(({ input }) => (input.imageId as { imageDigest: Digest }).imageDigest)
    expect(moved).toEqual([index, own])
    expect([shared, other].map(digest => images.statusOf(digest))).toEqual(['ACTIVE', 'ACTIVE'])
  })

  it('archives the children of an index in a later run, where ECR refused them in the one before', async () => {
    const { images, sweep } = await startEcrWith(local)
    const child = images.push(undefined, 'child', at(0))
    const index = images.push('v1', 'index', at(0), [child])
    images.push('v2', 'newest', at(0))
    await sweep.sync()
    sweep.pass(day)
    images.unmovable.add(child)
    archivePolicy(sweep, { keepRecent: 1 })
    await sweep.sweep()
    const first = [index, child].map(digest => images.statusOf(digest))
    const said = lastRun(sweep.status())

    images.unmovable.clear()
    sweep.rerun('2')
    await sweep.sweep()

    expect(first).toEqual(['ARCHIVED', 'ACTIVE'])
    expect(said).toMatchObject({ archived: 1, failed: 1, message: expect.stringContaining('ECR was asked to change') })
    expect([index, child].map(digest => images.statusOf(digest))).toEqual(['ARCHIVED', 'ARCHIVED'])
  })

  it('leaves an image with a tag that it does not cover, of which it would delete the others', async () => {
    const { images, sweep } = await startEcrWith(local)
    const image = images.push('v1', 'promoted', at(0))
    images.push('prod', 'promoted', at(0))
    images.push('v2', 'newest', at(0))
    for (const tag of ['v1', 'v2']) sweep.track(tag)
    const whole = sweep.cluster.get('Repository', 'whole')
    if (whole) await sweep.cluster.deleteObject(whole)
    await sweep.sync()
    sweep.pass(day)
    archivePolicy(sweep, { keepRecent: 1 })

    await sweep.sweep()

    expect(images.statusOf(image)).toBe('ACTIVE')
    expect(await sweep.image(image)).not.toHaveProperty('mark')
    expect(lastRun(sweep.status()).message).toBe('0 archived, 0 failed, nothing else to archive')
  })

  it('keeps what got a tag in the last moment', async () => {
    const { images, sweep, old, statuses } = await startOld()
    const request = await sweep.ripen()
    let looks = 0
    sweep.moments.before('listRepository', () => {
      looks += 1
      // The first finds what to prepare, the second is the look that counts, the third comes right before the call.
      if (looks === 3) images.push('prod', 'old', at(0))
    })

    await sweep.execute(request)

    expect(looks).toBe(3)
    expect(statuses()).toEqual(['ACTIVE', 'ACTIVE', 'ACTIVE'])
    expect((await sweep.image(old))?.change).toMatchObject({
      action: 'mark-lifted',
      reason: expect.stringContaining('prod'),
    })
  })

  it('F22 takes a call without an answer for done only where ECR shows that it is', async () => {
    const { images, sweep, world, old } = await startOld()
    const request = await sweep.ripen()
    const { archive } = world.writer
    if (!archive) throw new Error('expected ECR to have an archive')
    const tries = [() => undefined, () => images.archive(old)]
    const archiveManifest = async () => {
      tries.shift()?.()
      throw new UnavailableError('no answer', { kind: 'timeout' })
    }
    Object.assign(world.writer, { archive: { ...archive, archiveManifest } })

    await sweep.execute(request)
    const unanswered = await sweep.image(old)
    sweep.rerun('2')
    const next = await sweep.ripen()
    await sweep.execute(next)

    expect(unanswered).not.toHaveProperty('storage')
    expect(unanswered?.change).toMatchObject({ action: 'delete-failed', reason: 'no answer' })
    expect(await sweep.image(old)).toMatchObject({ storage: 'archived', change: { action: 'archived' } })
  })

  it('deletes the Repository object of what it archived where the policy targets Configuration too', async () => {
    const { sweep, statuses } = await startOld({ targets: ['RegistryArtifact', 'Configuration'] })
    sweep.track('v1')

    await sweep.sweep()

    expect(statuses()).toEqual(['ARCHIVED', 'ACTIVE', 'ACTIVE'])
    expect(sweep.cluster.get('Repository', 'app-v1')).toBeUndefined()
  })
})

it('a policy that came to archive in a registry without an archive deletes nothing there instead', async () => {
  const { sweep, world, calls, statuses } = await startOld()
  const request = await sweep.ripen()
  Object.assign(world.writer, { archive: undefined })

  const result = await sweep.execute(request)

  expect(result.message).toContain('kept everything: action Archive: expected a registry with an archive')
  expect(statuses()).toEqual(['ACTIVE', 'ACTIVE', 'ACTIVE'])
  expect(calls.filter(({ operation }) => operation === 'BatchDeleteImage')).toEqual([])
})
