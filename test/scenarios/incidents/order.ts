import { expect, it } from 'vitest'
import { newScene } from '../objects.ts'
import { cosign } from '../referrers.ts'
import { listTags, manifestTypes, push, pushTags, type Scene, type World } from '../world.ts'
import { readAgain, sweepOnce, trackWhole } from './sweep-once.ts'
import { create, reportRunning, templateOf } from './workloads.ts'

/** I20 to I25: what nobody knows to be older, and tags that say something else than they seem to. */
export function orderIncidents(world: () => World): void {
  it('I20 of images that a first sync gives one time, none is taken for older than another', async () => {
    const scene = await newScene(world(), 'one-time')
    const dates = [1, 2, 3, 4, 5, 6].map(day => `2026010${day}`)
    await pushTags(scene, ...dates)
    await trackWhole(scene)

    const run = await sweepOnce(scene, 'keep-newest', { keepRecent: 3 })

    expect(run).toMatchObject({ result: 'Success', candidates: 0, deleted: 0 })
    expect(await listTags(scene)).toEqual(dates)
  })

  it.each([
    ['one platform', ['linux/amd64']],
    ['several platforms', ['linux/amd64', 'linux/arm64']],
  ])('I20 of one time, the creation that images of %s tell of decides', async (_, platforms) => {
    const scene = await newScene(world(), 'created')
    for (const [tag, day] of [
      ['20260101', 4],
      ['20260102', 3],
      ['20260103', 2],
    ] as const)
      await push(scene, { tag, platforms, created: new Date(`2026-01-0${day}T00:00:00Z`) })
    await trackWhole(scene)

    await sweepOnce(scene, 'keep-newest', { keepRecent: 2 })

    expect(await listTags(scene)).toEqual(['20260101', '20260102'])
  })

  it('I21 a commit hash of digits alone does not outrank what is pushed later', async () => {
    const scene = await newScene(world(), 'digits')
    await pushTags(scene, '1.4.0-9876543')
    await trackWhole(scene)
    await pushTags(scene, '1.4.0-3f9c2ab')
    await readAgain(scene)

    await sweepOnce(scene, 'keep-newest', { keepRecent: 1 })

    expect(await listTags(scene)).toEqual(['1.4.0-3f9c2ab'])
  })

  it('I22 a build behind a pre-release says nothing about order', async () => {
    const scene = await newScene(world(), 'builds')
    await pushTags(
      scene,
      '1.2.3-alpha.1000_sha.b682',
      '1.2.3-alpha.645_sha.a682',
      '1.0.0-23_a1b2c3d4',
      '1.0.0-24_b1b2c3d4',
    )
    await trackWhole(scene)

    await sweepOnce(scene, 'keep-newest', { keepRecent: 1 })

    expect(await listTags(scene)).toEqual(['1.2.3-alpha.1000_sha.b682'])
  })

  it('I23 an image stays that a Pod runs by the digest of its config', async () => {
    const scene = await newScene(world(), 'config')
    const running = await push(scene, { tag: 'prod', seed: 'first' })
    const config = await configOf(scene, running.digest)
    await trackWhole(scene)
    const name = `${scene.world.registryHost}/${scene.repository}:prod`
    await create(scene, 'v1', 'Pod', 'app', templateOf(name).spec)
    await reportRunning(scene, 'app', name, config)
    await push(scene, { tag: 'prod', seed: 'second' })
    await readAgain(scene)

    const run = await sweepOnce(scene, 'keep-newest', { keepRecent: 1 })

    expect(run).toMatchObject({ result: 'Success', deleted: 0 })
    expect(await manifestOf(scene, running.digest)).toMatchObject({ config: { digest: config } })
  })

  it.each(['.src', '.dockerfile', '.sbom.2'])(
    'I24 what is attached under %s goes with its subject, and no earlier',
    async ending => {
      const scene = await newScene(world(), 'attached')
      const { v1, v2 } = await pushTags(scene, 'v1', 'v2')
      if (v1 === undefined || v2 === undefined) throw new Error('expected two images')
      const [ofOld, ofNew] = [await cosign(scene, v1, ending), await cosign(scene, v2, ending)]
      await trackWhole(scene)

      await sweepOnce(scene, 'keep-newest', { keepRecent: 1 })

      expect(await listTags(scene)).toEqual([ofNew.tag, 'v2'].sort())
      expect(ofOld.tag).not.toBe(ofNew.tag)
    },
  )

  it('I25 releases with a prefix or a suffix are not pushed out by builds', async () => {
    const scene = await newScene(world(), 'prefixes')
    await pushTags(scene, 'release-1.2.0', 'release-1.3.0')
    await trackWhole(scene)
    await pushTags(scene, 'sha-3f9c2ab', 'sha-77d01e2', 'sha-abc1234', '1.2.9.Final')
    await readAgain(scene)

    await sweepOnce(scene, 'keep-newest', { keepRecent: 2 })

    const left = await listTags(scene)
    expect(left).toEqual(expect.arrayContaining(['release-1.3.0', '1.2.9.Final']))
    expect(left).not.toContain('release-1.2.0')
  })
}

async function manifestOf({ world, repository }: Scene, digest: string): Promise<unknown> {
  const url = `${world.registryUrl}/v2/${repository}/manifests/${digest}`
  return (await fetch(url, { headers: { accept: manifestTypes } })).json()
}

async function configOf(scene: Scene, digest: string): Promise<string> {
  const { config } = (await manifestOf(scene, digest)) as { config: { digest: string } }
  return config.digest
}
