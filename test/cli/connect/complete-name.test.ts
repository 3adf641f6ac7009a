import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { completeName } from '../../../cli/connect/complete-name.ts'
import { getImage } from '../../../cli/connect/find-image.ts'
import { getNamedImage } from '../../../cli/connect/find-repository.ts'
import { objectImage, objectTag } from '../../../cli/connect/object-image.ts'
import { partsOf } from '../../../shared/domain/repository-id.ts'
import { InvalidInputError } from '../../../shared/errors.ts'
import { parseSettings, rulebookOf } from '../../../shared/settings.ts'
import { type Loopback, startLoopback } from '../../support/loopback.ts'
import { createMemoryCluster } from '../../support/memory-cluster.ts'
import { type digestOf, imageDraft } from '../../support/records.ts'
import { createSweepFixture } from '../../support/sweep-fixture.ts'
import { installationOf } from '../memory-installation.ts'

let world: Loopback
beforeAll(async () => {
  world = await startLoopback()
})
afterAll(() => world.close())

/** One tracked repository, `team/RANDOM`, with an image of the tag v1. */
async function tracked() {
  const sweep = createSweepFixture(world)
  sweep.trackWhole()
  sweep.track('v1')
  const { digest } = await sweep.release('v1')
  const last = partsOf(sweep.repository).path.split('/').at(-1) ?? ''
  return { sweep, digest, last, installation: installationOf(world, sweep) }
}

describe('the name of an image', () => {
  it('needs of a digest as much as history prints', async () => {
    const { sweep, digest, installation } = await tracked()
    const hex = digest.slice('sha256:'.length)

    for (const begun of [hex.slice(0, 12), `sha256:${hex.slice(0, 8)}`, hex.slice(0, 6).toUpperCase(), hex]) {
      expect(await completeName(`${sweep.repository}@${begun}`, installation)).toBe(`${sweep.repository}@${digest}`)
    }
    expect((await getImage(`${sweep.repository}@${hex.slice(0, 12)}`, installation)).digest).toBe(digest)
  })

  it('is that of the alias which the settings name first, by whichever a person writes', async () => {
    const { sweep, installation } = await tracked()
    const [alias = '', ...name] = sweep.path.split('/')
    const entry = { host: world.host, provider: 'ecr-public', accountAliases: [alias, 'a1b2c3d4'] }
    const { canonicalPath } = rulebookOf(parseSettings({ registries: [entry] }))
    const known = { ...installation, rulebook: { ...installation.rulebook, canonicalPath } }
    const other = `a1b2c3d4/${name.join('/')}`

    const whole = await getNamedImage(`${world.host}/${other}:v1`, known)
    const byPath = await getNamedImage(`${other}:v1`, known)

    expect([whole, byPath]).toEqual([
      { repository: sweep.repository, tag: 'v1' },
      { repository: sweep.repository, tag: 'v1' },
    ])
  })

  it('is refused where several digests begin so, or none, and says which', async () => {
    const { sweep, installation } = await tracked()
    const begins = `sha256:${'ab'.repeat(30)}`
    for (const end of ['0000', '0001'])
      await world.store.saveImage(
        imageDraft(sweep.repository, { digest: `${begins}${end}` as ReturnType<typeof digestOf> }),
        undefined,
      )

    const several = completeName(`${sweep.repository}@abab`, installation)
    const none = completeName(`${sweep.repository}@00000000`, installation)

    await expect(several).rejects.toThrow(`with which begin ${begins}0000, ${begins}0001`)
    await expect(none).rejects.toThrow('found none that begins with "00000000"')
  })

  it('is no other repository of that last part for a restore, which may mean one that nothing tracks any more', async () => {
    const { sweep, last, installation } = await tracked()
    const { path } = partsOf(sweep.repository)

    await expect(completeName(`${last}:v1`, installation, { byLastPart: false })).rejects.toThrow(/found no/)
    expect(await completeName(`${path}:v1`, installation, { byLastPart: false })).toBe(`${sweep.repository}:v1`)
  })

  it('needs of a repository no more than the last part, where one alone has it', async () => {
    const { sweep, digest, last, installation } = await tracked()

    expect(await completeName(`${last}:v1`, installation)).toBe(`${sweep.repository}:v1`)
    expect(await completeName(`${last}@${digest.slice(7, 19)}`, installation)).toBe(`${sweep.repository}@${digest}`)
    expect((await getImage(`${last}:v1`, installation)).digest).toBe(digest)
  })

  it('is refused where several repositories end so', async () => {
    const { sweep, last, installation } = await tracked()
    sweep.cluster.put('Repository', 'other', { repository: `else/${last}`, registryRef: { name: 'registry' } })

    const answer = completeName(`${last}:v1`, installation)

    await expect(answer).rejects.toThrow(InvalidInputError)
    await expect(answer).rejects.toThrow(`else/${last}, ${sweep.repository}`)
  })

  it('that is whole costs no read', async () => {
    const { sweep, digest, installation } = await tracked()
    const unread = { ...installation, connectClusters: () => Promise.reject(new Error('read')) }

    expect(await completeName(`${sweep.repository}:v1`, unread)).toBe(`${sweep.repository}:v1`)
    expect(await completeName(`${sweep.repository}@${digest}`, unread)).toBe(`${sweep.repository}@${digest}`)
  })
})

describe('the name of a Repository object', () => {
  it('is that of the image which it tracks', async () => {
    const { sweep, installation } = await tracked()

    expect(await objectTag('app-v1', 'team', installation)).toBe(`${sweep.repository}:v1`)
    expect(await objectImage('whole', 'team', installation)).toBe(sweep.repository)
    expect(await objectImage('any:text', undefined, installation)).toBe('any:text')
  })

  it.each([
    ['app-v2', 'team', /found no "app-v2"; there are app-v1, whole/],
    ['app-v1', 'others', /namespace others, found no "app-v1"; there are none/],
    ['whole', 'team', /is for the whole repository; name the image as in .*:TAG$/],
    ['app:v1', 'team', /expected the name of a Repository object with --namespace, got "app:v1"/],
  ])('%s of namespace %s is refused', async (name, namespace, says) => {
    const { installation } = await tracked()

    await expect(objectTag(name, namespace, installation)).rejects.toThrow(says)
  })

  it('is refused where clusters mean different images by it', async () => {
    const clusters = [createMemoryCluster('eu-7'), createMemoryCluster('eu-8')]
    const sweep = createSweepFixture(world, clusters)
    for (const [at, cluster] of clusters.entries())
      cluster.put('Repository', 'app', { repository: sweep.path, tag: `v${at}`, registryRef: { name: 'registry' } })

    const answer = objectTag('app', 'team', installationOf(world, sweep, { clusters }))

    await expect(answer).rejects.toThrow(`${sweep.repository}:v0, ${sweep.repository}:v1`)
  })
})
