import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { findRun } from '../../../shared/restore/find-run.ts'
import {
  archivePolicy,
  day,
  passDays,
  restoreIn,
  startEcr as startEcrWith,
} from '../../scenarios/incidents/ecr-world.ts'
import { startInProcessStore } from '../../support/in-process-store.ts'
import type { LocalStore } from '../../support/local-store.ts'
import { createKillPoint, KilledError } from '../../support/memory-platform.ts'
import { at } from '../../support/records.ts'
import { useFakeAwsCredentials } from '../adapters/registry/ecr/fake-ecr.ts'

let local: LocalStore
beforeAll(async () => {
  local = await startInProcessStore()
})
afterAll(() => local.close())
useFakeAwsCredentials()

/** An index with its child, which a policy has archived with the Repository object of its tag. */
async function archived(...more: readonly string[]) {
  const ecr = await startEcrWith(local)
  const { images, sweep } = ecr
  const child = images.push(undefined, 'child', at(0))
  const index = images.push('v1', 'index', at(0), [child])
  for (const tag of more) images.push(tag, 'index', at(0), [child])
  images.push('v2', 'newest', at(0))
  sweep.track('v1')
  await sweep.sync()
  sweep.pass(day)
  const before = await sweep.image(index)
  archivePolicy(sweep, { keepRecent: 1, targets: ['RegistryArtifact', 'Configuration'] })
  await sweep.sweep()
  const statuses = () => [index, child].map(digest => images.statusOf(digest))
  expect(statuses()).toEqual(['ARCHIVED', 'ARCHIVED'])
  return { ...ecr, index, child, before, statuses }
}

const shown = (things: Awaited<ReturnType<typeof restoreIn>>) =>
  things.map(({ kind, name, outcome, storage }) => [kind, name, outcome, ...(storage ? [storage] : [])])

describe('the restore of what a policy archived', () => {
  it('says on a dry run what comes back, and asks for nothing', async () => {
    const { sweep, world, index, child, statuses } = await archived()

    const things = await restoreIn({ sweep, world }, ':v1', { dryRun: true })

    expect(shown(things)).toEqual([
      ['manifest', child, 'restored', 'activating'],
      ['manifest', index, 'restored', 'activating'],
      ['tag', 'v1', 'present'],
      ['object', `${sweep.cluster.name}/team/app-v1`, 'restored'],
    ])
    expect(things[0]?.reason).toContain('within about 20 minutes')
    expect(statuses()).toEqual(['ARCHIVED', 'ARCHIVED'])
  })

  it('asks for all of it back, the children first, and puts the object back', async () => {
    const { images, sweep, world, calls, index, child, before } = await archived()
    const asked = calls.length

    const things = await restoreIn({ sweep, world }, ':v1')
    const again = await restoreIn({ sweep, world }, ':v1')
    for (const digest of [index, child]) images.activate(digest)
    const after = await restoreIn({ sweep, world }, ':v1')

    const moved = calls.slice(asked).filter(({ operation }) => operation === 'UpdateImageStorageClass')
    expect(
      moved.map(({ input }) => [input.targetStorageClass, (input.imageId as { imageDigest: string }).imageDigest]),
    ).toEqual([
      ['STANDARD', child],
      ['STANDARD', index],
    ])
    expect(things.map(({ outcome }) => outcome)).toEqual(['restored', 'restored', 'present', 'restored'])
    expect(again.map(({ outcome, storage }) => [outcome, storage]).slice(0, 2)).toEqual([
      ['present', 'activating'],
      ['present', 'activating'],
    ])
    expect(again[0]?.reason).toContain('on its way out of the archive')
    expect(after.map(({ outcome }) => outcome)).toEqual(['present', 'present', 'present', 'present'])
    expect(sweep.cluster.get('Repository', 'app-v1')).toBeDefined()
    const { mediaType, children, sizeBytes, firstSeenAt } = before ?? {}
    const record = await sweep.image(index)
    expect(record).toMatchObject({ mediaType, children, sizeBytes, firstSeenAt, storage: 'activating' })
    expect(record?.change).toMatchObject({
      action: 'restored',
      actor: 'person alice',
      reason: expect.stringMatching(/run \S+ of policy \S+\/team\/cleanup had archived it$/),
    })
    expect(record).not.toHaveProperty('archivedBy')
  })

  it('is followed by a grace, as any restore, before the policy may archive it again', async () => {
    const { images, sweep, world, index, child, statuses } = await archived()
    archivePolicy(sweep, { keepRecent: 1, gracePeriod: '24h' })
    await restoreIn({ sweep, world }, ':v1')
    for (const digest of [index, child]) images.activate(digest)
    await sweep.sync()

    sweep.rerun('2')
    await sweep.sweep()

    expect(await sweep.image(index)).not.toHaveProperty('storage')
    expect(await sweep.image(index)).not.toHaveProperty('mark')
    expect(statuses()).toEqual(['ACTIVE', 'ACTIVE'])
  })

  it('by its run finds what that archived', async () => {
    const { sweep, world, index, child } = await archived()
    const policy = `${sweep.cluster.name}/team/cleanup`
    const runId = (await sweep.image(index))?.archivedBy?.runId ?? ''

    const targets = await findRun({ policy, runId }, world.store, sweep.now())

    expect(targets.flatMap(({ roots }) => roots.map(({ digest }) => digest)).sort()).toEqual([index, child].sort())
  })

  it('asks for what a lifecycle rule archived before anybody had read it', async () => {
    const { images, sweep, world } = await startEcrWith(local)
    const image = images.push('v1', 'unread', at(0))
    images.archive(image)
    await sweep.sync()

    const things = await restoreIn({ sweep, world }, `@${image}`)
    const meanwhile = await sweep.image(image)
    images.activate(image)
    await passDays(sweep, 1)

    expect(shown(things)).toEqual([['manifest', image, 'restored', 'activating']])
    expect(meanwhile).toMatchObject({ storage: 'activating', change: { actor: 'person alice' } })
    expect(await sweep.image(image)).toMatchObject({ mediaType: expect.any(String) })
    expect(await sweep.image(image)).not.toHaveProperty('unreadable')
  })

  it('leaves a tag that somebody deleted until its manifest can be read again, and does the rest', async () => {
    const { images, sweep, world, calls, index, child } = await archived('v1.0')
    expect(await world.writer.deleteTag(sweep.path, 'v1', index)).toMatchObject({ outcome: 'deleted' })
    sweep.archive.entries.clear()

    const things = await restoreIn({ sweep, world }, ':v1')
    for (const digest of [index, child]) images.activate(digest)
    await restoreIn({ sweep, world }, ':v1')

    expect(things.filter(({ kind }) => kind !== 'object')).toMatchObject([
      { kind: 'manifest', name: child, outcome: 'restored' },
      { kind: 'manifest', name: index, outcome: 'restored' },
      { kind: 'tag', name: 'v1', outcome: 'failed', reason: expect.stringContaining('restore it once more') },
    ])
    const put = calls.filter(({ operation }) => operation === 'PutImage')
    expect(put.map(({ input }) => input.imageTag)).toEqual(['v1'])
  })

  it('says what ECR refuses, and does the rest', async () => {
    const { images, sweep, world, index, child } = await archived()
    images.unmovable.add(child)

    const things = await restoreIn({ sweep, world }, ':v1')

    expect(things.slice(0, 2)).toMatchObject([
      { name: child, outcome: 'failed', reason: expect.stringContaining('still has it as archived') },
      { name: index, outcome: 'restored' },
    ])
  })

  it.each(['at once', 'after a sync'])(
    'killed after any call is finished by the next %s, with who did it',
    async when => {
      for (let last = 1; ; last += 5) {
        const { sweep, world, index, child, statuses } = await archived()
        const where = `killed after call ${last}`
        const kill = createKillPoint(last)
        const wasKilled = await restoreIn({ sweep, world }, ':v1', { kill }).then(
          () => false,
          error => error instanceof KilledError,
        )
        sweep.pass(3600)
        if (when === 'after a sync') await sweep.sync()

        await restoreIn({ sweep, world }, ':v1')

        expect(statuses(), where).toEqual(['ACTIVATING', 'ACTIVATING'])
        for (const digest of [index, child])
          expect((await sweep.image(digest))?.change, where).toMatchObject({
            action: 'restored',
            actor: 'person alice',
          })
        expect(sweep.cluster.get('Repository', 'app-v1'), where).toBeDefined()
        if (!wasKilled) break
      }
    },
  )
})
