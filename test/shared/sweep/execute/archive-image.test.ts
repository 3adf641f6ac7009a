import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Digest } from '../../../../shared/domain/digest.ts'
import type { ManifestArchive } from '../../../../shared/ports/platform.ts'
import { archiveImage } from '../../../../shared/sweep/execute/archive-image.ts'
import type { Deletion } from '../../../../shared/sweep/execute/deletion.ts'
import { type Loopback, startLoopback } from '../../../support/loopback.ts'
import { createMemoryArchive } from '../../../support/memory-platform.ts'
import { at, imageDraft } from '../../../support/records.ts'

let world: Loopback
beforeAll(async () => {
  world = await startLoopback()
})
afterAll(() => world.close())

/** A policy that archives manifests alone copies no layer. */
const noCopies = { archive: () => Promise.reject(new Error('expected no layer to be copied')) }

async function pushed() {
  const path = world.freshPath()
  const { digest } = await world.push({ repository: path, tag: 'v1' })
  const archive = createMemoryArchive()
  let reads = 0
  const counted: ManifestArchive = {
    ...archive,
    findManifest: (...image) => {
      reads += 1
      return archive.findManifest(...image)
    },
  }
  const store = (rest: Partial<Deletion>, runId: string, seconds = 0) =>
    archiveImage(
      { ...deletionOf(`${world.host}/${path}`, digest), ...rest },
      { policy: { id: 'eu-1/team/cleanup', spec: { archive: 'manifests' } }, runId, path },
      { writer: world.reader, archive: counted, layerCopies: noCopies, now: () => at(seconds) },
    )
  return { path, digest, store, reads: () => reads, graph: () => archive.entries.get(digest)?.graph }
}

const deletionOf = (repository: string, digest: Digest, begun?: string): Deletion => ({
  image: {
    ...imageDraft(repository, { digest }),
    number: 1,
    ...(begun !== undefined && { deletion: { runId: begun, startedAt: at(0), tags: [] } }),
  },
  tags: [],
  tagRecords: [],
  wholeImage: true,
  objects: [],
  after: [],
  referrers: [],
})

const objectOf = (name: string): Deletion['objects'][number] => ({
  registry: '',
  path: '',
  repository: '',
  tag: name,
  object: {
    cluster: 'eu-1',
    kind: 'Repository',
    metadata: { name, namespace: 'team', uid: '', resourceVersion: '', generation: 1, labels: {}, annotations: {} },
    spec: {},
    status: {},
  },
})

it('says when, by which policy and in which run it was deleted', async () => {
  const { store, graph } = await pushed()

  await store({ tags: ['v1'] }, 'run-1', 60)

  expect(graph()).toMatchObject({ tags: ['v1'], deletedAt: at(60), policy: 'eu-1/team/cleanup', runId: 'run-1' })
})

it('F7 keeps what an attempt of the same run had taken before it was killed', async () => {
  const { digest, store, graph } = await pushed()
  await store({ tags: ['v1', 'v2'], objects: [objectOf('v1'), objectOf('v2')] }, 'run-1', 60)

  const { image } = deletionOf(world.host, digest, 'run-1')
  await store({ image, tags: ['v2'], objects: [objectOf('v2')] }, 'run-1', 120)

  expect(graph()).toMatchObject({ tags: ['v1', 'v2'], deletedAt: at(60) })
  expect(graph()?.objects.map(object => object.metadata.name)).toEqual(['v1', 'v2'])
})

it('F7 keeps what a killed attempt of another run had taken, as long as the image is not done with', async () => {
  const { digest, store, graph } = await pushed()
  await store({ tags: ['v1', 'v2'] }, 'run-1')

  await store({ tags: ['v2'], image: deletionOf(world.host, digest, 'run-1').image }, 'run-2')

  expect(graph()).toMatchObject({ tags: ['v1', 'v2'], runId: 'run-2' })
})

it('F7 keeps what an attempt of the same run had taken when its mark was lifted', async () => {
  const { digest, store, graph } = await pushed()
  await store({ tags: ['v1', 'v2'] }, 'run-1')

  const { image } = deletionOf(world.host, digest)
  await store({ image: { ...image, begunBy: 'eu-1/team/cleanup' }, tags: ['v2'] }, 'run-1')

  expect(graph()).toMatchObject({ tags: ['v1', 'v2'] })
})

it('asks the archive for nothing where no deletion of the image began', async () => {
  const { store, reads } = await pushed()

  await store({ tags: ['v1'] }, 'run-1')

  expect(reads()).toBe(0)
})

it('replaces the graph of an image that was restored and is deleted again', async () => {
  const { store, graph } = await pushed()
  await store({ tags: ['v1', 'old'] }, 'run-1', 60)

  await store({ tags: ['v1'] }, 'run-2', 120)

  expect(graph()).toMatchObject({ tags: ['v1'], runId: 'run-2', deletedAt: at(120) })
})

it('F7 leaves the entry of an image alone that is gone already', async () => {
  const { path, digest, store, graph } = await pushed()
  await store({ tags: ['v1'] }, 'run-1')
  await world.remove(path, digest)

  await store({ tags: [] }, 'run-1')

  expect(graph()).toMatchObject({ tags: ['v1'] })
})
