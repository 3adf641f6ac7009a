import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Store } from '../../../shared/ports/store.ts'
import { startInProcessStore } from '../../support/in-process-store.ts'
import type { LocalStore } from '../../support/local-store.ts'
import { createReconcileFixture } from '../../support/reconcile-fixture.ts'
import { at, digestOf, imageDraft, tagDraft } from '../../support/records.ts'

let local: LocalStore
beforeAll(async () => {
  local = await startInProcessStore()
})
afterAll(() => local.close())

/** Once it is large, no list of all its tags or images is read. */
const withoutLists = (store: Store, isLarge: () => boolean): Store => ({
  ...store,
  listTags: async id => {
    if (isLarge()) throw new Error('expected no list of all tags')
    return store.listTags(id)
  },
  listImages: async id => {
    if (isLarge()) throw new Error('expected no list of all images')
    return store.listImages(id)
  },
})

async function start() {
  let isLarge = false
  const fixture = createReconcileFixture(withoutLists(local.store, () => isLarge))
  const { id, attempt, pass, track, cluster, path, reconcile } = fixture
  track({ tag: 'v1' })
  cluster.put('Repository', 'whole', { repository: path, registryRef: { name: 'registry' } })
  const [child, index] = [digestOf('child'), digestOf('index')]
  await local.store.saveImage(imageDraft(id, { digest: child, sizeBytes: 7 }), undefined)
  await local.store.saveImage(imageDraft(id, { digest: index, children: [child] }), undefined)
  await local.store.saveTag(tagDraft(id, { tag: 'v1', digest: index }), undefined)
  await reconcile()
  pass(60)
  await attempt()
  const repository = await local.store.findRepository(id)
  if (repository) await local.store.saveRepository({ ...repository, tagCount: 1_000_000 }, repository)
  isLarge = true
  return { ...fixture, index }
}

it('shows the tags that objects track of a repository that is too large to be read every minute', async () => {
  const { reconcile, status, index } = await start()

  await reconcile()

  expect(status()).toMatchObject({ syncStatus: 'Success', digest: index })
  expect(status('Repository', 'whole')).toMatchObject({ syncStatus: 'Success', artifactCount: 1_000_000 })
  expect(status('Repository', 'whole').latestTag).toBeUndefined()
})

it('claims nothing of its marks', async () => {
  const { reconcile, status } = await start()

  await reconcile()

  expect(status('Repository', 'whole').cleanup).toEqual({ candidate: false })
})

it('reads no more of one whose first sync goes on', async () => {
  const fixture = createReconcileFixture(withoutLists(local.store, () => true))
  fixture.track({ tag: 'v1' })
  await local.store.saveSync(
    {
      repository: fixture.id,
      credential: 'anonymous',
      failureCount: 0,
      progress: {
        attempt: 'a',
        trigger: 'Initial',
        startedAt: at(0),
        asks: [],
        slices: 1,
        after: 'm',
        done: 500_000,
        total: 1_000_000,
        tagCount: 500_000,
        changes: 0,
        hasRead: true,
        denied: [],
      },
    },
    undefined,
  )

  await fixture.reconcile()

  expect(fixture.condition('Synced')?.status).not.toBe('True')
})
