import { afterAll, beforeAll, expect, it } from 'vitest'
import { pushImage } from '../../../cli/embedded/registry/push-image.ts'
import type { Digest } from '../../../shared/domain/digest.ts'
import type { RegistryReader } from '../../../shared/ports/registry.ts'
import { syncRepository } from '../../../shared/sync/sync-repository.ts'
import type { ApiBeforeRegistry } from '../../support/api-before-registry.ts'
import { startInProcessStore } from '../../support/in-process-store.ts'
import type { LocalStore } from '../../support/local-store.ts'
import { at, syncContext } from '../../support/records.ts'
import { startHub } from '../adapters/registry/dockerhub/hub-world.ts'
import { startGhcr } from '../adapters/registry/ghcr/ghcr-world.ts'
import { startGoogle } from '../adapters/registry/google/google-world.ts'

let local: LocalStore
beforeAll(async () => {
  local = await startInProcessStore()
})
afterAll(() => local.close())

const day = 86_400
type Started = ApiBeforeRegistry & { readonly reader: RegistryReader }

it.each<[string, string, () => Promise<Started>, number]>([
  ['GHCR', 'team/app', startGhcr, 1],
  ['Docker Hub', 'team/app', startHub, 1],
  ['Artifact Registry', 'project/images/app', startGoogle, 2],
])(
  'an unchanged sync of %s costs its list alone, and the first one reads each manifest once',
  async (_, path, start, lists) => {
    const { url, host, reader, requests } = await start()
    const id = `${host}/${path}`
    const { store } = local
    const pushed = await Promise.all(['v1', 'v2', 'v3'].map(tag => pushImage(url, { repository: path, tag })))
    await pushImage(url, { repository: path, tag: 'stable', seed: `${path}:v1` })
    const sync = (seconds: number) => syncRepository(syncContext(id, at(seconds)), path, { store, reader })

    await sync(0)
    const read = requests.filter(one => one.method === 'GET' && one.path.includes('/manifests/sha256:'))
    requests.length = 0
    const second = await sync(day)

    expect(new Set(read.map(one => one.path)).size).toBe(read.length)
    expect(second.changes).toBe(0)
    expect(requests).toHaveLength(lists)
    const image = await store.findImage(id, pushed[0]?.digest as Digest)
    expect(image?.pushedAt).toMatchObject({ source: 'registry' })
  },
)

it('an image is as old as the first of its tags, in whatever order they are listed, and one that came later is a promotion', async () => {
  const { url, host, reader } = await startHub()
  const path = 'team/promoted'
  const id = `${host}/${path}`
  const { store } = local
  const digest = (await pushImage(url, { repository: path, tag: 'v1' })).digest as Digest
  // The time of a tag is all that some lists tell, and they begin with the newest, or with the oldest.
  const tagOf = (tag: string, days: number) => ({ tag, digest, pushedAt: at(-days * day), taggedAt: at(-days * day) })
  const tags = [tagOf('old', 90), tagOf('v1', 200), tagOf('prod', 1)]
  const listed = { ...reader, listRepository: async () => ({ tags, untagged: [] }) }

  await syncRepository(syncContext(id, at(0)), path, { store, reader: listed })

  expect((await store.findImage(id, digest))?.pushedAt).toEqual({ at: at(-200 * day), source: 'registry' })
  expect((await store.findTag(id, 'prod'))?.movedAt).toEqual(at(-day))
  expect(await store.findTag(id, 'v1')).not.toHaveProperty('movedAt')
})
