import { afterAll, beforeAll, expect, it } from 'vitest'
import { type Loopback, signatureTag, startLoopback } from '../../support/loopback.ts'
import { readManifest } from '../../support/readable.ts'
import { summaryOf, sweptSigned } from '../../support/restore-fixture.ts'

let world: Loopback
beforeAll(async () => {
  world = await startLoopback()
})
afterAll(() => world.close())

it('puts an index back with its children, signature, SBOM, tags and objects', async () => {
  const { fixture, index, amd64, arm64, signature, sbom } = await sweptSigned(world)

  const things = await fixture.restore(':v1')

  const summary = summaryOf(things)
  expect(summary.slice(0, 3)).toEqual([amd64, arm64, index].map(digest => `restored manifest ${digest}`))
  expect(summary.slice(3, 5).sort()).toEqual([sbom, signature].map(digest => `restored manifest ${digest}`).sort())
  expect(summary.slice(5)).toEqual([
    'restored tag v1',
    'restored tag v1.0',
    `restored tag ${signatureTag(index)}`,
    'restored object eu-1/team/app-v1',
    'restored object eu-1/team/app-v1.0',
  ])
  expect(await fixture.tags()).toEqual([signatureTag(index), 'v1', 'v1.0', 'v2'].toSorted())
  for (const digest of [index, amd64, arm64, signature, sbom]) expect(await fixture.holds(digest)).toBe(true)
  expect(await world.reader.listReferrers(fixture.path, index)).toMatchObject([{ digest: sbom }])
  expect(fixture.cluster.get('Repository', 'app-v1')).toMatchObject({ spec: { repository: fixture.path, tag: 'v1' } })
})

it('pushes children before their index, subjects before their referrers, and tags last', async () => {
  const { fixture, index, amd64, arm64, signature, sbom } = await sweptSigned(world)
  world.requests.length = 0

  await fixture.restore(':v1')

  const pushed = world.requests.filter(one => one.method === 'PUT').map(one => one.path.split('/').at(-1))
  const at = (reference: string) => pushed.indexOf(reference)
  expect(at(index)).toBeGreaterThan(Math.max(at(amd64), at(arm64)))
  expect(Math.min(at(signature), at(sbom))).toBeGreaterThan(at(index))
  expect(Math.min(at('v1'), at('v1.0'), at(signatureTag(index)))).toBeGreaterThan(Math.max(at(signature), at(sbom)))
  expect(pushed).toHaveLength(8)
})

it('finds everything there the second time, and changes nothing', async () => {
  const { fixture } = await sweptSigned(world)
  await fixture.restore(':v1')
  const before = await fixture.records()
  world.requests.length = 0

  const things = await fixture.restore(':v1')

  expect(new Set(things.map(thing => thing.outcome))).toEqual(new Set(['present']))
  expect(world.requests.filter(one => one.method !== 'GET' && one.method !== 'HEAD')).toEqual([])
  expect(await fixture.records()).toEqual(before)
})

it('says what it would do on a dry run, and changes nothing', async () => {
  const { fixture } = await sweptSigned(world)
  const before = await fixture.records()
  world.requests.length = 0

  const things = await fixture.restore(':v1', { dryRun: true })

  expect(things).toHaveLength(10)
  expect(new Set(things.map(thing => thing.outcome))).toEqual(new Set(['restored']))
  expect(world.requests.filter(one => one.method !== 'GET' && one.method !== 'HEAD')).toEqual([])
  expect(await fixture.records()).toEqual(before)
  expect(fixture.cluster.get('Repository', 'app-v1')).toBeUndefined()
})

it('leaves a tag alone that was pushed again, with the object that tracks it', async () => {
  const { fixture, index } = await sweptSigned(world)
  const newer = await world.push({ repository: fixture.path, tag: 'v1', seed: 'pushed again' })

  const things = await fixture.restore(`@${index}`)

  expect(await fixture.tag('v1')).toBe(newer.digest)
  expect(await fixture.tag('v1.0')).toBe(index)
  expect(things).toContainEqual({
    kind: 'tag',
    name: 'v1',
    digest: index,
    outcome: 'left-alone',
    reason: `it points at ${newer.digest} now`,
  })
  expect(summaryOf(things)).toContain('left-alone object eu-1/team/app-v1')
  expect(summaryOf(things)).toContain('restored object eu-1/team/app-v1.0')
})

it('F12 leaves a tag alone that is pushed while it works', async () => {
  const { fixture, index } = await sweptSigned(world)
  const newer = await world.push({ repository: fixture.path, tag: 'elsewhere', seed: 'pushed meanwhile' })
  const manifest = await readManifest(world.reader, fixture.path, newer.digest)
  let pushes = 0
  const writer: typeof world.writer = {
    ...world.writer,
    // Between the last manifest and the first tag.
    putManifest: async (...args) => {
      await world.writer.putManifest(...args)
      pushes += 1
      if (pushes === 5) await world.writer.putManifest(fixture.path, 'v1', manifest)
    },
  }

  const things = await fixture.restore(':v1', { writer })

  expect(await fixture.tag('v1')).toBe(newer.digest)
  expect(summaryOf(things)).toContain('left-alone tag v1')
  expect(await fixture.tag('v1.0')).toBe(index)
})

it('puts a tag back whose image another tag had kept', async () => {
  const { fixture } = await sweptSigned(world)
  await fixture.release('v3', { seed: 'shared' })
  const { digest } = await fixture.release('v4', { seed: 'shared' })
  await world.remove(fixture.path, 'v3')
  await fixture.sync()
  const manifest = await readManifest(world.reader, fixture.path, digest)
  const graph = { tags: ['v3'], children: [], referrers: [], objects: [] }
  await fixture.archive.putManifest({ ...manifest, repository: fixture.repository, graph })

  const things = await fixture.restore(':v3')

  expect(summaryOf(things)).toEqual([`present manifest ${digest}`, 'restored tag v3'])
  expect(await fixture.tag('v3')).toBe(digest)
})

it('waits for the sweep that is at work, and gives up with words after its patience', async () => {
  const { fixture, index } = await sweptSigned(world)
  const takeAgain = () => world.store.takeLease(fixture.repository, 'a sweep', new Date('2100-01-01'), 30_000)
  await takeAgain()

  const things = await fixture.restore(':v1')

  expect(things).toMatchObject([
    { digest: index, outcome: 'failed', reason: expect.stringContaining('no other sweep or restore at work') },
  ])
  expect(await fixture.tags()).toEqual(['v2'])
})

it('goes on when the sweep before it lets go', async () => {
  const { fixture } = await sweptSigned(world)
  const lease = await world.store.takeLease(fixture.repository, 'a sweep', new Date('2100-01-01'), 30_000)
  if (lease === undefined) throw new Error('expected a free lease')

  const things = await fixture.restore(':v1', { sleep: () => world.store.releaseLease(lease) })

  expect(things.every(thing => thing.outcome === 'restored')).toBe(true)
})
