import { afterAll, beforeAll, expect, it } from 'vitest'
import { referrersTag } from '../../../shared/domain/retention/versions/tag-kind.ts'
import { type FaultyLoopback, startFaultyLoopback } from '../../support/faulty-loopback.ts'
import { always } from '../../support/registry-faults.ts'
import { createSweepFixture } from '../../support/sweep-fixture.ts'

let world: FaultyLoopback
beforeAll(async () => {
  world = await startFaultyLoopback()
})
afterAll(() => world.close())

const platforms = ['linux/amd64', 'linux/arm64']
const isReferrers = ({ path }: { path: string }) => path.includes('/referrers/')

/** What a first sync sends for twenty images and ten indexes of two, each with a tag. */
async function firstSync() {
  const { path, sync } = createSweepFixture(world)
  for (let at = 0; at < 20; at++) await world.push({ repository: path, tag: `v${at}` })
  for (let at = 0; at < 10; at++) await world.push({ repository: path, tag: `multi${at}`, platforms })
  const before = world.proxy.requests.length
  await sync()
  return world.proxy.requests.slice(before)
}

const tags = 30
const children = 10 * 2
const images = 20 + children
const indexes = 10

it('sends one request a page and a tag, one a config and a child, and one a digest where there is the referrers API', async () => {
  const requests = await firstSync()

  expect(requests.filter(isReferrers)).toHaveLength(images + indexes)
  expect(requests.filter(request => !isReferrers(request))).toHaveLength(1 + tags + images + children)
})

it('asks for a tag that is known by HEAD, and reads one that is new with its manifest', async () => {
  const { path, sync } = createSweepFixture(world)
  await world.push({ repository: path, tag: 'known' })
  await sync()
  await world.push({ repository: path, tag: 'new' })
  const before = world.proxy.requests.length

  await sync()

  const asked = world.proxy.requests.slice(before).filter(request => request.path.includes('/manifests/'))
  expect(asked.map(request => `${request.method} ${request.path.split('/').at(-1)}`).toSorted()).toEqual([
    'GET new',
    'HEAD known',
  ])
})

it('asks a registry without that API for it no more than a few times', async () => {
  const stop = world.proxy.inject(always(isReferrers, { kind: 'answer', status: 404 }))
  const requests = await firstSync()
  stop()

  // Those that were under way already when the third was denied.
  expect(requests.filter(isReferrers).length).toBeLessThanOrEqual(3 + 8)
})

it('reads the referrers under a tag that the list shows', async () => {
  const { path, repository, sync } = createSweepFixture(world)
  const subject = await world.push({ repository: path, tag: 'v1' })
  await world.push({ repository: path, tag: referrersTag(subject.digest), seed: `${path} list`, platforms })

  await sync()

  expect(await world.store.listImages(repository)).toHaveLength(4)
})
