import { afterEach, beforeEach, expect, it } from 'vitest'
import { aboutToDelete, answerDeletes } from '../../../support/about-to-delete.ts'
import { type Loopback, startLoopback } from '../../../support/loopback.ts'
import { createSweepFixture } from '../../../support/sweep-fixture.ts'

let world: Loopback
beforeEach(async () => {
  world = await startLoopback()
})
afterEach(() => world.close())

/** Several tags on one image that stays under `stable`, which no object tracks. */
async function aboutToUntag(tags: readonly string[]) {
  const sweep = createSweepFixture(world)
  sweep.policy()
  for (const tag of [...tags, 'v2']) sweep.track(tag)
  for (const tag of [...tags, 'stable']) await world.push({ repository: sweep.path, tag, seed: sweep.path })
  await sweep.release('v2')
  return { sweep, request: await sweep.ripen() }
}

const coded = (status: number, code: string) =>
  Response.json({ errors: [{ code, message: 'as the test says' }] }, { status })

it('deletes the tags beside one that is locked, and counts each for itself', async () => {
  const { sweep, request } = await aboutToUntag(['v0.1', 'v0.2', 'v0.3'])
  answerDeletes(world, reference => (reference === 'v0.2' ? coded(405, 'REGISTRY_DISALLOWED_OPERATION') : undefined))

  const result = await sweep.execute(request)

  expect(result).toMatchObject({ deleted: 1, failed: 1 })
  expect(await sweep.listTags()).toEqual(['stable', 'v0.2', 'v2'])
  const [run] = (await world.store.findPolicy(`${sweep.cluster.name}/team/cleanup`))?.runs ?? []
  expect(run?.items.map(({ image, action }) => [image.split(':').at(-1), action]).sort()).toEqual([
    ['v0.1', 'Deleted'],
    ['v0.2', 'Failed'],
    ['v0.3', 'Deleted'],
  ])
  expect(run?.items.find(({ action }) => action === 'Failed')?.message).toMatch(
    /^tag v0.2 kept: locked: registry answered 405 REGISTRY_DISALLOWED_OPERATION to the delete of this tag and not of another; unlock it there if it may go$/,
  )
})

it('F45 counts the tags that went before a failure as its own', async () => {
  const { sweep, request } = await aboutToUntag(['v0.1', 'v0.2'])
  answerDeletes(world, reference =>
    reference === 'v0.2'
      ? new Response('<html>', { status: 404, headers: { 'content-type': 'text/html' } })
      : undefined,
  )

  const result = await sweep.execute(request)
  await sweep.sync()

  expect(result).toMatchObject({ deleted: 1, failed: 1 })
  expect((await world.store.findTag(sweep.repository, 'v0.1'))?.change).toMatchObject({
    action: 'deleted',
    actor: `policy ${sweep.cluster.name}/team/cleanup`,
  })
})

it('goes on past images that the registry protects, however many in a row', async () => {
  const tags = Array.from({ length: 12 }, (_, at) => `v1.${at}`)
  const { sweep, toDelete, request } = await aboutToDelete(world, tags)
  const locked = new Set<string>(toDelete.slice(0, 10).map(({ digest }) => digest))
  answerDeletes(world, digest => (locked.has(digest) ? coded(403, 'DENIED') : undefined))

  const result = await sweep.execute(request)

  expect(result).toMatchObject({ deleted: 2, failed: 10 })
  expect(result.message).not.toContain('in a row')
})

it('takes the tags off first where zot answers 409, and then the digest', async () => {
  const { sweep, toDelete, request } = await aboutToDelete(world, ['v1'])
  const [image] = toDelete
  let isTagged = true
  answerDeletes(world, reference => {
    if (reference === 'v1') isTagged = false
    return reference === image?.digest && isTagged ? coded(409, 'MANIFEST_INVALID') : undefined
  })

  const result = await sweep.execute(request)

  expect(result).toMatchObject({ deleted: 1, failed: 0 })
  expect(await sweep.listTags()).toEqual(['v2'])
  expect(image && (await sweep.holds(image.digest))).toBe(false)
})

it('counts the tags that went where the registry then keeps the digest all the same', async () => {
  const { sweep, toDelete, request } = await aboutToDelete(world, ['v1'])
  const [image] = toDelete
  let asked = 0
  answerDeletes(world, reference => {
    if (reference !== image?.digest) return undefined
    return asked++ === 0 ? coded(409, 'MANIFEST_INVALID') : coded(423, 'DENIED')
  })

  const result = await sweep.execute(request)

  expect(await sweep.listTags()).toEqual(['v2'])
  expect(image && (await sweep.holds(image.digest))).toBe(true)
  const [run] = (await world.store.findPolicy(`${sweep.cluster.name}/team/cleanup`))?.runs ?? []
  expect(run?.items.map(({ image: name, action }) => [name.replace(sweep.repository, ''), action])).toEqual([
    [`@${image?.digest}`, 'Failed'],
    [':v1', 'Deleted'],
  ])
  expect(result).toMatchObject({ failed: 1 })
})

it('I31 F45 keeps an untagged digest that Quay does not know to delete and still serves, and frees nothing', async () => {
  const { sweep, toDelete, request } = await aboutToDelete(world, ['v1'], { platforms: ['linux/amd64', 'linux/arm64'] })
  const children = new Set<string>((toDelete[0]?.children ?? []).map(({ digest }) => digest))
  answerDeletes(world, digest => (children.has(digest) ? coded(404, 'MANIFEST_UNKNOWN') : undefined))

  const result = await sweep.execute(request)

  expect(result).toMatchObject({ deleted: 1, failed: 2 })
  const record = await world.store.findPolicy(`${sweep.cluster.name}/team/cleanup`)
  const failed = record?.runs[0]?.items.filter(({ action }) => action === 'Failed') ?? []
  for (const { message } of failed)
    expect(message).toBe(
      'digest kept: registry says that it does not know it and still serves it: it removes untagged images itself',
    )
  for (const { digest } of toDelete[0]?.children ?? []) {
    expect(await sweep.holds(digest)).toBe(true)
    expect(await sweep.image(digest)).not.toHaveProperty('goneAt')
  }
})
