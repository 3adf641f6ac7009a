import { describe, expect, it } from 'vitest'
import { pushImage } from '../../../../cli/embedded/registry/push-image.ts'
import { AccessDeniedError, NotFoundError } from '../../../../shared/errors.ts'
import type { RegistryReader } from '../../../../shared/ports/registry.ts'
import { startHub } from './dockerhub/hub-world.ts'
import { startGhcr } from './ghcr/ghcr-world.ts'
import { startGoogle } from './google/google-world.ts'
import { startQuay } from './quay/quay-world.ts'

interface World {
  readonly reader: RegistryReader
  readonly url: string
  /** From then on its API refuses this credential. */
  readonly forbid: () => void
}

const forbidden = () => ({ status: 403, body: {} })
const starts: Readonly<Record<string, () => Promise<World>>> = {
  'Docker Hub': async () => {
    const hub = await startHub()
    return { ...hub, forbid: () => Object.assign(hub.state, { answer: forbidden }) }
  },
  GHCR: async () => {
    const ghcr = await startGhcr()
    return { ...ghcr, forbid: () => Object.assign(ghcr.state, { answer: forbidden }) }
  },
  Google: async () => {
    const google = await startGoogle()
    return { ...google, forbid: () => Object.assign(google.state, { answer: forbidden }) }
  },
}

describe.each(Object.entries(starts))('the repositories of %s', (name, start) => {
  const below = name === 'Google' ? 'project/images' : 'team'

  it('are those below what a path begins with, and as many as are asked for', async () => {
    const { reader, url } = await start()
    for (const path of [`${below}/app`, `${below}/web`, `${below}x/app`])
      await pushImage(url, { repository: path, tag: 'v1' })

    const all = await reader.listRepositories(undefined, below)
    const some = await reader.listRepositories(1, below)

    expect(all).toEqual([`${below}/app`, `${below}/web`])
    expect(some).toHaveLength(1)
  })

  it('are refused where that is nothing, or is not there, and where this credential may not know them', async () => {
    const { reader, forbid } = await start()

    await expect(reader.listRepositories()).rejects.toBeInstanceOf(NotFoundError)
    if (name !== 'Google') await expect(reader.listRepositories(undefined, below)).rejects.toBeInstanceOf(NotFoundError)
    forbid()
    await expect(reader.listRepositories(undefined, below)).rejects.toBeInstanceOf(AccessDeniedError)
  })
})

it('of Quay are those of a namespace, by pages of a hundred', async () => {
  const quay = await startQuay()
  const paths = Array.from({ length: 101 }, (_, number) => `team/app-${number}`)
  for (const path of [...paths, 'other/app']) quay.shelf(path)

  const all = await quay.reader.listRepositories(undefined, 'team')

  expect(all).toEqual(paths)
  expect(quay.requests.filter(({ path }) => path.startsWith('/api/'))).toHaveLength(2)
})

it('of a whole project of Google are those of all its repositories with images', async () => {
  const { reader, url, state } = await startGoogle()
  state.repositories.set('wheels', { format: 'PYTHON' })
  for (const repository of ['project/one/app', 'project/two/deep/app', 'another/one/app'])
    await pushImage(url, { repository, tag: 'v1' })

  const paths = await reader.listRepositories(undefined, 'project')

  expect(paths).toEqual(['project/one/app', 'project/two/deep/app'])
})

it('of Quay are for a robot what its catalog has', async () => {
  const { reader, requests } = await startQuay(false)

  await reader.listRepositories(undefined, 'team').catch(() => undefined)

  expect(requests.map(({ path }) => path).some(path => path.startsWith('/api/'))).toBe(false)
  expect(requests.some(({ path }) => path.startsWith('/v2/_catalog'))).toBe(true)
})
