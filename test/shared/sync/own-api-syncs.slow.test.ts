import { afterAll, beforeAll, expect, it } from 'vitest'
import { pushImage } from '../../../cli/embedded/registry/push-image.ts'
import type { RegistryReader } from '../../../shared/ports/registry.ts'
import { syncRepository } from '../../../shared/sync/sync-repository.ts'
import { startInProcessStore } from '../../support/in-process-store.ts'
import type { LocalStore } from '../../support/local-store.ts'
import { at, syncContext } from '../../support/records.ts'
import { pushersLogin, startAcr } from '../adapters/registry/acr/acr-world.ts'
import { startGitlab } from '../adapters/registry/gitlab/gitlab-world.ts'
import { robotsToken, startQuay } from '../adapters/registry/quay/quay-world.ts'

let local: LocalStore
beforeAll(async () => {
  local = await startInProcessStore()
})
afterAll(() => local.close())

interface Registry {
  readonly url: string
  readonly host: string
  readonly reader: RegistryReader
  readonly requests: readonly { readonly path: string }[]
}

const images = 20
const day = 86_400

/** Addresses by what they are for: what is asked again with a token counts once. */
const kindsOf = (requests: readonly { readonly path: string }[]): Record<string, number> => {
  const kinds = [...new Set(requests.map(({ path }) => path))].map(
    path => /auth|_manifests|_tags|tags\/list|manifests|blobs|referrers|\/tag\//.exec(path)?.[0] ?? 'counts',
  )
  return Object.fromEntries([...Map.groupBy(kinds, kind => kind)].map(([kind, all]) => [kind, all.length]))
}

it.each<[string, () => Promise<Registry>, Record<string, string>, Record<string, number>, Record<string, number>]>([
  ['Quay', startQuay, robotsToken, { auth: 1, '/tag/': 1 }, { '/tag/': 1 }],
  [
    'ACR',
    startAcr,
    pushersLogin,
    { auth: 1, counts: 1, _manifests: 1, _tags: 1 },
    { counts: 1, _manifests: 1, _tags: 1 },
  ],
  ['GitLab', startGitlab, {}, { auth: 1, 'tags/list': 1 }, { 'tags/list': 1 }],
])(
  '%s: a first sync reads each image once, an unchanged one lists, and push times are those of the registry',
  async (name, start, headers, first, unchanged) => {
    const { url, host, reader, requests } = await start()
    const path = `team/${name.toLowerCase()}`
    const startedAt = Date.now()
    for (let number = 0; number < images; number++)
      await pushImage(url, { repository: path, tag: `v${number}` }, headers)
    const id = `${host}/${path}`
    const sync = async (seconds: number) => {
      const before = requests.length
      const result = await syncRepository(syncContext(id, at(seconds)), path, { store: local.store, reader })
      return { result, kinds: kindsOf(requests.slice(before)) }
    }

    const one = await sync(0)
    const two = await sync(day)

    expect([one.result.tagCount, two.result.changes]).toEqual([images, 0])
    const { referrers = 0, ...kinds } = one.kinds
    expect(kinds).toEqual({ ...first, manifests: images, blobs: images })
    expect(referrers).toBeLessThanOrEqual(name === 'ACR' ? 0 : images)
    expect(two.kinds).toEqual(unchanged)
    const digest = await reader.findTag(path, 'v0')
    const image = typeof digest === 'string' ? await local.store.findImage(id, digest) : undefined
    expect(image?.pushedAt.source).toBe('registry')
    expect(image?.pushedAt.at.getTime()).toBeGreaterThanOrEqual(startedAt - 1000)
  },
)
