import { expect, it } from 'vitest'
import { newScene } from '../objects.ts'
import { attach, cosign, cosignTag, hasReferrersApi } from '../referrers.ts'
import { answersFor, deleteManifest, listTags, push, type Scene, type World } from '../world.ts'
import { readAgain, sweepOnce, trackWhole } from './sweep-once.ts'

/** An image with everything that people hang on one, as tags, as referrers, and as a referrer of a referrer. */
async function pushSigned(scene: Scene, tag: string): Promise<{ digests: string[]; tags: string[] }> {
  const image = await push(scene, { tag, platforms: ['linux/amd64', 'linux/arm64'] })
  const signatures = [await cosign(scene, image, '.sig'), await cosign(scene, image, '.att')]
  const [sbom, notation] = await attach(scene, image, 'application/spdx+json', 'application/vnd.cncf.notary.signature')
  if (!sbom || !notation) throw new Error('expected two artifacts')
  const [signatureOfSbom] = await attach(scene, sbom, 'application/vnd.cncf.notary.signature')
  const all = [image, ...image.children, ...signatures, sbom, notation, ...(signatureOfSbom ? [signatureOfSbom] : [])]
  const endings = (await hasReferrersApi(scene, image.digest)) ? ['.sig', '.att'] : ['.sig', '.att', '']
  const tags = [tag, ...endings.map(ending => cosignTag(image, ending))]
  return {
    digests: all.map(({ digest }) => digest),
    tags: endings.includes('') ? [...tags, cosignTag(sbom, '')] : tags,
  }
}

const everyone = (answer: number, references: readonly string[]) =>
  Object.fromEntries(references.map(reference => [reference, answer]))

/** I4 and I5: signatures, attestations and SBOMs. */
export function referrerIncidents(world: () => World): void {
  it('I4 I5 all that hangs on an image stays with the image that stays, and goes with the one that goes', async () => {
    const scene = await newScene(world(), 'signed')
    const old = await pushSigned(scene, 'v1')
    const kept = await pushSigned(scene, 'v2')
    await trackWhole(scene)

    const run = await sweepOnce(scene, 'keep-newest', { keepRecent: 1 })

    expect(run).toMatchObject({ result: 'Success', failed: 0 })
    expect(await answersFor(scene, ...kept.digests, ...kept.tags)).toEqual(
      everyone(200, [...kept.digests, ...kept.tags]),
    )
    expect(await answersFor(scene, ...old.digests, ...old.tags)).toEqual(everyone(404, [...old.digests, ...old.tags]))
    expect(await listTags(scene)).toEqual(kept.tags.toSorted())
  })

  it('I5 a signature that was pushed after the image was known goes with it too', async () => {
    const scene = await newScene(world(), 'late')
    const image = await push(scene, { tag: 'v1' })
    await push(scene, { tag: 'v2' })
    await trackWhole(scene)
    const signature = await cosign(scene, image, '.sig')
    const [late] = await attach(scene, image, 'application/spdx+json')
    await readAgain(scene)

    await sweepOnce(scene, 'keep-newest', { keepRecent: 1 })

    const gone = [image.digest, signature.digest, late?.digest ?? '']
    expect(await answersFor(scene, ...gone)).toEqual(everyone(404, gone))
    expect(await listTags(scene)).toEqual(['v2'])
  })

  it('I5 signatures whose image somebody deleted by hand long ago are cleaned up', async () => {
    const scene = await newScene(world(), 'orphans')
    const image = await push(scene, { tag: 'v1' })
    const signature = await cosign(scene, image, '.sig')
    const kept = await push(scene, { tag: 'v2' })
    const keptSignature = await cosign(scene, kept, '.sig')
    await trackWhole(scene)
    await deleteManifest(scene, image.digest)
    await readAgain(scene)

    await sweepOnce(scene, 'keep-newest', { keepRecent: 1 })

    expect(await answersFor(scene, signature.digest, 'v2', keptSignature.digest)).toEqual({
      [signature.digest]: 404,
      v2: 200,
      [keptSignature.digest]: 200,
    })
  })
}
