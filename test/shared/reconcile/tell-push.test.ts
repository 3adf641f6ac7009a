import { afterAll, beforeAll, expect, it } from 'vitest'
import type { NewImage } from '../../../shared/domain/events.ts'
import type { Store } from '../../../shared/ports/store.ts'
import { type ReconcileDeps, reconcileAll, reconcileRepository } from '../../../shared/reconcile/reconcile.ts'
import { startInProcessStore } from '../../support/in-process-store.ts'
import type { LocalStore } from '../../support/local-store.ts'
import { createReconcileFixture, registryHost } from '../../support/reconcile-fixture.ts'
import { at, digestOf, imageDraft, repositoryDraft, tagDraft, usageOf } from '../../support/records.ts'

let local: LocalStore
beforeAll(async () => {
  local = await startInProcessStore()
})
afterAll(() => local.close())

const [first, second, part] = [digestOf('first'), digestOf('second'), digestOf('part')]
const push: NewImage = { tag: 'v2', digests: [second, part] }

/** A repository of one tag, of which one object tracks all and another that tag; and what a push of another leaves. */
async function start() {
  const fixture = createReconcileFixture(local.store)
  const { cluster, deps, track, attempt, pass, id, path } = fixture
  let listed = 0
  const store: Store = {
    ...local.store,
    listImages: (...asked) => {
      listed += 1
      return local.store.listImages(...asked)
    },
  }
  const own: ReconcileDeps = { ...deps, store, mirrors: new Map(), madeBy: 'release and settings' }
  await local.store.saveImage(imageDraft(id, { digest: first }), undefined)
  await local.store.saveTag(tagDraft(id, { tag: 'v1', digest: first }), undefined)
  track({ syncInterval: '24h' })
  cluster.put('Repository', 'v1', {
    repository: path,
    registryRef: { name: 'registry' },
    syncInterval: '24h',
    tag: 'v1',
  })
  await reconcileAll(own)
  await attempt()
  const hear = async (pushed?: NewImage, more: Partial<ReconcileDeps> = {}) => {
    listed = 0
    const written = cluster.writes.applyStatus
    await reconcileRepository(
      { registry: registryHost, repository: path, ...(pushed && { pushed }) },
      { ...own, ...more },
    )
    return { isWhole: listed > 0, written: cluster.writes.applyStatus - written }
  }
  await hear()
  pass(60)
  await local.store.saveImage(imageDraft(id, { digest: part, pushedAt: { at: at(60), source: 'registry' } }), undefined)
  await local.store.saveImage(imageDraft(id, { digest: second, children: [part] }), undefined)
  await local.store.saveTag(tagDraft(id, { tag: 'v2', digest: second, firstSeenAt: at(60) }), undefined)
  return { ...fixture, hear }
}

it('tells a push by the tags of the repository alone, as a look at all of it would', async () => {
  const { hear, status } = await start()

  const heard = await hear(push)

  expect(heard).toEqual({ isWhole: false, written: 1 })
  expect(status()).toMatchObject({ latestTag: 'v2', artifactCount: 2 })
  expect(await hear()).toEqual({ isWhole: true, written: 0 })
})

it('tells it so too where the registry was asked for rules of its own and has none', async () => {
  const { id, hear } = await start()
  const before = await local.store.findRepository(id)
  await local.store.saveRepository({ ...(before ?? repositoryDraft(id)), registryRules: { readAt: at(0) } }, before)

  expect(await hear(push)).toEqual({ isWhole: false, written: 1 })
})

it('reads no tags for an image that comes without one', async () => {
  const { hear } = await start()

  expect(await hear({ digests: [part] })).toEqual({ isWhole: false, written: 0 })
})

it.each<[string, (world: Awaited<ReturnType<typeof start>>) => Promise<unknown> | unknown, Partial<NewImage>?]>([
  ['an object tracks the tag', () => undefined, { tag: 'v1' }],
  ['an object tracks an image of it', () => undefined, { digests: [second, first] }],
  ['a workload names the tag', ({ id }) => local.store.saveUsage([usageOf(id, { image: `${id}:v2` })])],
  [
    'a workload named a part of it',
    ({ id }) => local.store.saveUsage([usageOf(id, { image: `${id}@${part}`, endedAt: at(9) })]),
  ],
  [
    'the registry has rules of its own',
    async ({ id }) => {
      const before = await local.store.findRepository(id)
      const registryRules = { readAt: at(0), rules: { kind: 'ecr-lifecycle' as const, text: '{"rules":[]}' } }
      return local.store.saveRepository({ ...(before ?? repositoryDraft(id)), registryRules }, before)
    },
  ],
  [
    'a person changed a status',
    async ({ cluster, status }) => {
      const object = cluster.get('Repository', 'app')
      return object && cluster.applyStatus(object, { ...status(), artifactCount: 9 })
    },
  ],
  [
    'a sync failed',
    async ({ attempt, hear }) => {
      await attempt({ succeeded: false })
      await hear()
    },
  ],
])('looks at all of the repository where %s', async (_, change, pushed = {}) => {
  const world = await start()
  await change(world)

  expect(await world.hear({ ...push, ...pushed })).toMatchObject({ isWhole: true })
})

it('looks at all of the repository where another version wrote a status', async () => {
  const { hear } = await start()

  expect(await hear(push, { madeBy: 'another release' })).toMatchObject({ isWhole: true })
})
