import { createHash } from 'node:crypto'
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest'
import type { Digest } from '../../../../shared/domain/digest.ts'
import type { ImageRecord } from '../../../../shared/domain/records/images.ts'
import type { Draft } from '../../../../shared/ports/store.ts'
import { runTask } from '../../../../shared/sync/run-task.ts'
import { type Loopback, signatureTag, startLoopback } from '../../../support/loopback.ts'
import { createSweepFixture, policySpec } from '../../../support/sweep-fixture.ts'
import { recordingBus } from '../../../support/webhook-fixture.ts'

let world: Loopback
beforeAll(async () => {
  world = await startLoopback()
})
afterEach(() => world.intercept(undefined))
afterAll(() => world.close())

type Sweep = ReturnType<typeof createSweepFixture>
type Named = { readonly tag: string } | { readonly digest: Digest }

/** What follows from the event of a push. */
async function hear(sweep: Sweep, named: Named): Promise<void> {
  const hint = { registry: world.host, repository: sweep.path, ...named }
  const { events } = recordingBus()
  const readerFor = async () => world.reader
  await runTask({ kind: 'hint', isPush: true, hint }, { store: world.store, events, readerFor, now: sweep.now })
}

/** v1 is to be deleted, v2 stays; what the test lets happen comes when v1 is archived and nothing is deleted yet. */
async function aboutToDelete(image: { platforms?: string[] } = {}) {
  const sweep = createSweepFixture(world)
  sweep.policy()
  sweep.trackWhole()
  const old = await sweep.release('v1', image)
  const kept = await sweep.release('v2')
  return { sweep, old, kept, seed: `${sweep.path}:v1`, request: await sweep.ripen() }
}

it('F11 I15 keeps an image that is pushed again, under a tag that would be deleted, while it is about to go', async () => {
  const { sweep, old, seed, request } = await aboutToDelete()
  sweep.moments.onceBefore('putManifest', () => world.push({ repository: sweep.path, tag: 'v0', seed }))

  expect(await sweep.execute(request)).toMatchObject({ deleted: 0, failed: 0 })

  expect(await sweep.tag('v0')).toBe(old.digest)
  expect(await sweep.tag('v1')).toBe(old.digest)
  expect((await sweep.image(old.digest))?.mark).toBeUndefined()
})

it('F11 keeps an image whose very tag is pushed again, of which only the event tells', async () => {
  const { sweep, old, seed, request } = await aboutToDelete()
  sweep.moments.onceBefore('putManifest', async () => {
    await world.push({ repository: sweep.path, tag: 'v1', seed })
    await hear(sweep, { tag: 'v1' })
  })

  expect(await sweep.execute(request)).toMatchObject({ deleted: 0, failed: 0 })

  expect(await sweep.tag('v1')).toBe(old.digest)
})

/** Once v1 is archived, right before a call of the look that decides: `happen`, and a hint of it. */
function duringTheLook(sweep: Sweep, call: 'listRepository' | 'findInventory', happen: () => Promise<Named>) {
  let isArchived = false
  let hasHappened = false
  sweep.moments.onceBefore('putManifest', () => {
    isArchived = true
  })
  sweep.moments.before(call, async () => {
    if (!isArchived || hasHappened) return
    hasHappened = true
    await hear(sweep, await happen())
  })
}

it('F11 keeps an image whose very tag is pushed again while the look that decides goes on', async () => {
  const { sweep, old, seed, request } = await aboutToDelete()
  duringTheLook(sweep, 'listRepository', async () => {
    await world.push({ repository: sweep.path, tag: 'v1', seed })
    return { tag: 'v1' }
  })

  expect(await sweep.execute(request)).toMatchObject({ deleted: 0, failed: 0 })

  expect(await sweep.tag('v1')).toBe(old.digest)
})

it('keeps an image that an index holds which is pushed by its digest while the look that decides goes on', async () => {
  const { sweep, old, request } = await aboutToDelete()
  const manifests = `http://${world.host}/v2/${sweep.path}/manifests`
  duringTheLook(sweep, 'listRepository', async () => {
    const mediaType = 'application/vnd.oci.image.index.v1+json'
    const child = { mediaType: old.mediaType, digest: old.digest, size: old.size }
    const body = JSON.stringify({ schemaVersion: 2, mediaType, manifests: [child] })
    const digest: Digest = `sha256:${createHash('sha256').update(body).digest('hex')}`
    await fetch(`${manifests}/${digest}`, { method: 'PUT', body, headers: { 'content-type': mediaType } })
    return { digest }
  })

  expect(await sweep.execute(request)).toMatchObject({ deleted: 0 })

  expect(await sweep.holds(old.digest)).toBe(true)
})

it('deletes no object whose tag moves while clusters are listed', async () => {
  const sweep = createSweepFixture(world)
  sweep.policy({ targets: ['Configuration'] })
  await sweep.release('v1')
  await sweep.release('v2')
  sweep.track('v1')
  sweep.track('v2')
  const request = await sweep.ripen()
  duringTheLook(sweep, 'findInventory', async () => {
    await world.push({ repository: sweep.path, tag: 'v1', seed: 'quite new' })
    return { tag: 'v1' }
  })

  await sweep.execute(request)

  expect(sweep.cluster.get('Repository', 'app-v1')).toBeDefined()
})

it('F11 I15 leaves alone what is pushed again in the moment after its delete', async () => {
  const { sweep, old, seed, request } = await aboutToDelete()
  sweep.moments.onceBefore('findTag', () => undefined)
  sweep.moments.before('findTag', async (_, tag) => {
    if (tag === 'v1' && !(await sweep.holds(old.digest))) await world.push({ repository: sweep.path, tag: 'v1', seed })
  })

  expect(await sweep.execute(request)).toMatchObject({ deleted: 0, failed: 1 })

  expect(await sweep.tag('v1')).toBe(old.digest)
  expect((await sweep.image(old.digest))?.goneAt).toBeUndefined()
})

it('F12 keeps a digest to delete that the tag of a kept image was moved onto', async () => {
  const { sweep, old, seed, request } = await aboutToDelete()
  sweep.moments.onceBefore('putManifest', () => world.push({ repository: sweep.path, tag: 'v2', seed }))

  await sweep.execute(request)

  expect(await sweep.tag('v2')).toBe(old.digest)
})

it('F12 keeps what a tag to delete was moved to in the moment before its digest goes, and its object', async () => {
  const sweep = createSweepFixture(world)
  sweep.policy()
  for (const tag of ['v1', 'v2']) sweep.track(tag)
  const old = await sweep.release('v1')
  await sweep.release('v2')
  const request = await sweep.ripen()
  const moved: { digest?: Digest } = {}
  sweep.moments.onceBefore('deleteManifest', async () => {
    moved.digest = (await world.push({ repository: sweep.path, tag: 'v1', seed: 'another content' })).digest
  })

  await sweep.execute(request)

  expect(await sweep.tag('v1')).toBe(moved.digest)
  expect(await sweep.holds(old.digest)).toBe(false)
  expect(sweep.cluster.get('Repository', 'app-v1')).toBeDefined()
})

it('F14 keeps the children that a new index refers to', async () => {
  const platforms = ['linux/amd64', 'linux/arm64']
  const { sweep, old, seed, request } = await aboutToDelete({ platforms })
  sweep.moments.onceBefore('putManifest', () =>
    world.push({ repository: sweep.path, tag: 'v3', seed, platforms: platforms.toReversed() }),
  )

  await sweep.execute(request)

  for (const { digest } of old.children) expect(await sweep.holds(digest)).toBe(true)
  expect(await sweep.tag('v3')).toBeDefined()
})

it('F15 keeps the subject of a signature that is pushed meanwhile, and the signature', async () => {
  const { sweep, old, request } = await aboutToDelete()
  const tag = signatureTag(old.digest)
  sweep.moments.onceBefore('putManifest', () => world.push({ repository: sweep.path, tag, seed: 'signature' }))

  await sweep.execute(request)

  expect(await sweep.tag('v1')).toBe(old.digest)
  expect(await sweep.tag(tag)).toBeDefined()
})

it('F15 I5 keeps the subject of a referrer without a tag that is pushed after the last look, and judges the two later', async () => {
  const { sweep, old, request } = await aboutToDelete()
  const pushed: { digest?: Digest } = {}
  sweep.moments.onceBefore('listReferrers', async () => {
    const sbom = { repository: sweep.path, seed: 'sbom', artifactType: 'application/x', subject: old }
    pushed.digest = (await world.push(sbom)).digest
  })

  const result = await sweep.execute(request)
  const held = await sweep.holds(old.digest)
  sweep.rerun('2')
  sweep.pass(3600)
  await sweep.sweep(4)

  expect(result).toMatchObject({ deleted: 0, failed: 0 })
  expect(held).toBe(true)
  expect(await sweep.holds(old.digest)).toBe(false)
  expect(pushed.digest && (await sweep.holds(pushed.digest))).toBe(false)
})

it('F13 reads the clusters again in a sweep that takes longer than a listing stays true', async () => {
  const { sweep, old, request } = await aboutToDelete()
  sweep.moments.onceBefore('putManifest', () => {
    sweep.pass(180)
    sweep.cluster.run('web', `${sweep.repository}@${old.digest}`)
  })

  expect(await sweep.execute(request)).toMatchObject({ deleted: 0 })

  expect(await sweep.holds(old.digest)).toBe(true)
})

it('F28 deletes nothing when a cluster ceases to answer in mid-sweep', async () => {
  const { sweep, old, request } = await aboutToDelete()
  sweep.moments.onceBefore('putManifest', () => {
    sweep.pass(180)
    sweep.moments.before('listWorkloads', () => {
      throw new TypeError('the answer was cut')
    })
  })

  await expect(sweep.execute(request)).rejects.toThrow('the answer was cut')

  expect(await sweep.tag('v1')).toBe(old.digest)
})

it('F35 deletes nothing more when the policy changes in mid-sweep', async () => {
  const { sweep, old, request } = await aboutToDelete()
  sweep.moments.onceBefore('putManifest', () =>
    sweep.cluster.change('ImageCleanupPolicy', 'cleanup', { spec: { ...policySpec, keepRecent: 2 } }),
  )

  expect(await sweep.execute(request)).toMatchObject({ deleted: 0, failed: 0 })

  expect(await sweep.tag('v1')).toBe(old.digest)
})

it('F24 leaves an image whose record somebody changed since it was judged to the next look', async () => {
  const { sweep, old, request } = await aboutToDelete()
  sweep.moments.onceBefore('putManifest', async () => {
    const image = await sweep.image(old.digest)
    if (image) await world.store.saveImage({ ...image, pulledAt: sweep.now() }, image)
  })

  const first = await sweep.execute(request)
  const second = await sweep.execute(request)

  expect(first).toMatchObject({ deleted: 0, failed: 0 })
  expect(second).toMatchObject({ deleted: 1 })
})

/** The registry refuses to delete v1, and what the test lets happen to its record comes just before it is noted. */
async function refusedWhile(write: (image: ImageRecord) => Draft<ImageRecord>) {
  const { sweep, old, request } = await aboutToDelete()
  world.intercept(asked => (asked.method === 'DELETE' ? new Response('no', { status: 500 }) : undefined))
  sweep.moments.onceBefore('deleteManifest', async () => {
    const image = await sweep.image(old.digest)
    if (image) await world.store.saveImage(write(image), image)
  })

  expect(await sweep.execute(request)).toMatchObject({ deleted: 0, failed: 1 })

  return sweep.image(old.digest)
}

it('takes the mark off what the registry refused to delete, though a sync wrote at the same moment', async () => {
  const pulledAt = new Date('2026-01-01T03:00:00Z')

  const image = await refusedWhile(record => ({ ...record, pulledAt }))

  expect(image).toMatchObject({ pulledAt, change: { action: 'delete-failed' } })
  expect(image).not.toHaveProperty('mark')
})

it('leaves a mark that was made anew while the registry refused to delete', async () => {
  const markedAt = new Date('2026-01-01T03:00:00Z')

  const image = await refusedWhile(record => ({
    ...record,
    ...(record.mark && { mark: { ...record.mark, markedAt } }),
  }))

  expect(image).toMatchObject({ mark: { markedAt } })
})
