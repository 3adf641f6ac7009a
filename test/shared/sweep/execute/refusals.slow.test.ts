import { afterEach, beforeEach, expect, it } from 'vitest'
import type { Clock } from '../../../../shared/adapters/http/retry.ts'
import { aboutToDelete, answerDeletes } from '../../../support/about-to-delete.ts'
import { type Loopback, startLoopback } from '../../../support/loopback.ts'
import { createSweepFixture } from '../../../support/sweep-fixture.ts'

/** How long a registry is still to be left alone does not hang on the time that the test takes. */
const standing: Clock = { now: () => new Date('2026-01-01T00:00:00Z'), sleep: async () => undefined, random: () => 0 }

// A registry for each test: one that asked to be left alone is left alone.
let world: Loopback
beforeEach(async () => {
  world = await startLoopback(standing)
})
afterEach(() => world.close())

const tooMany = (retryAfter?: string) =>
  new Response(null, { status: 429, ...(retryAfter !== undefined && { headers: { 'retry-after': retryAfter } }) })

it.each([
  ['ten minutes', '600', 600],
  ['three years', '99999999', 3600],
])('F16 stops at a 429 that asks for %s, forgets nothing, and comes back then', async (_, retryAfter, seconds) => {
  const { sweep, request } = await aboutToDelete(world, ['v1.0', 'v1.1', 'v1.2'])
  let deletes = 0
  answerDeletes(world, () => {
    deletes += 1
    return tooMany(retryAfter)
  })

  const result = await sweep.execute(request)

  expect(result).toMatchObject({ deleted: 0, failed: 0, message: expect.stringContaining('asks for fewer requests') })
  expect(deletes).toBeLessThanOrEqual(3)
  const waitMs =
    ((await world.store.findPolicy(`${sweep.cluster.name}/team/cleanup`))?.wakeAt?.getTime() ?? 0) -
    sweep.now().getTime()
  expect(waitMs).toBe(seconds * 1000)
  for (const image of await world.store.listImages(sweep.repository))
    if (image.deletion) expect(image.mark).toBeDefined()
})

it.each([undefined, '-5', '1000000000'])(
  'F16 stops as well at a 429 with retry-after %s, and asks three times at most',
  async retryAfter => {
    const { sweep, request } = await aboutToDelete(world, ['v1.0'])
    let deletes = 0
    answerDeletes(world, () => {
      deletes += 1
      return tooMany(retryAfter)
    })

    expect(await sweep.execute(request)).toMatchObject({ deleted: 0, failed: 0 })
    expect(deletes).toBe(3)

    world.intercept(undefined)
    sweep.pass(900)
    await sweep.sweep(2)
    expect(await sweep.listTags()).toEqual(['v2'])
  },
)

it('F17 notes an image whose delete fails, deletes the others, and says so', async () => {
  const { sweep, toDelete, request } = await aboutToDelete(world, ['v1.0', 'v1.1', 'v1.2'])
  const [poison] = toDelete
  answerDeletes(world, digest => (digest === poison?.digest ? new Response(null, { status: 500 }) : undefined))

  const result = await sweep.execute(request)

  expect(result).toMatchObject({ deleted: 2, failed: 1 })
  expect(await sweep.listTags()).toEqual(['v1.0', 'v2'])
  expect(poison && (await sweep.image(poison.digest))).not.toHaveProperty('mark')
})

it('F17 leaves the rest alone when a registry fails at every delete', async () => {
  const { sweep, request } = await aboutToDelete(
    world,
    Array.from({ length: 90 }, (_, at) => `v1.${at}`),
  )
  let isDown = false
  sweep.moments.onceBefore('deleteManifest', () => {
    isDown = true
  })
  answerDeletes(world, () => (isDown ? new Response(null, { status: 503 }) : undefined))

  const result = await sweep.execute(request)

  expect(result).toMatchObject({ deleted: 0, message: expect.stringContaining('failures in a row') })
  const images = await world.store.listImages(sweep.repository)
  expect(images.filter(image => image.mark).length).toBeGreaterThan(20)
})

it('F7 finishes what a delete did whose answer was lost', async () => {
  const { sweep, request } = await aboutToDelete(world, ['v1'])
  let lost = 0
  answerDeletes(world, digest => {
    if (lost++ > 0) return undefined
    void world.remove(sweep.path, digest)
    return new Response(null, { status: 502 })
  })

  await sweep.execute(request)
  sweep.pass(900)
  await sweep.sweep(3)

  expect(await sweep.listTags()).toEqual(['v2'])
})

it('I1 keeps the children of an index that the registry does not let go', async () => {
  const { sweep, toDelete, request } = await aboutToDelete(world, ['v1'], { platforms: ['linux/amd64', 'linux/arm64'] })
  const [index] = toDelete
  answerDeletes(world, digest => (digest === index?.digest ? new Response(null, { status: 403 }) : undefined))

  const result = await sweep.execute(request)
  sweep.pass(120)
  await sweep.inventories()
  const again = await sweep.execute(request)

  expect(result).toMatchObject({ deleted: 0, failed: 1 })
  expect(again).toMatchObject({ deleted: 0 })
  for (const child of index?.children ?? []) expect(await sweep.holds(child.digest)).toBe(true)
})

it('I4 keeps the signature of an image that the registry does not let go', async () => {
  const sweep = createSweepFixture(world)
  sweep.policy()
  sweep.trackWhole()
  const old = await world.push({ repository: sweep.path, tag: 'v1' })
  const sbom = await world.push({ repository: sweep.path, seed: 'x', artifactType: 'application/x', subject: old })
  await sweep.sync()
  sweep.pass(3600)
  await sweep.release('v2')
  const request = await sweep.ripen()
  answerDeletes(world, digest => (digest === old.digest ? new Response(null, { status: 405 }) : undefined))

  await sweep.execute(request)

  expect(await sweep.holds(sbom.digest)).toBe(true)
})

it('takes the tags off first where a registry deletes no digest that has any', async () => {
  const { sweep, toDelete, request } = await aboutToDelete(world, ['v1'])
  const [image] = toDelete
  const refusal = JSON.stringify({ errors: [{ code: 'GOOGLE_MANIFEST_DANGLING_TAG', message: 'still tagged' }] })
  let isTagged = true
  answerDeletes(world, reference => {
    if (reference === 'v1') isTagged = false
    return reference === image?.digest && isTagged ? new Response(refusal, { status: 400 }) : undefined
  })

  expect(await sweep.execute(request)).toMatchObject({ deleted: 1, failed: 0 })

  expect(await sweep.listTags()).toEqual(['v2'])
  expect(image && (await sweep.holds(image.digest))).toBe(false)
})
